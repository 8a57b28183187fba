import type { OutputFile } from '../../target.ts'
import { library } from './library.ts'

/** The scripts that people start: each hands over to the library. */
export function scripts(): OutputFile[] {
  return [
    script('up.sh', 'up', 'Starts what does not run and changes what is new. See up.sh --help.'),
    script('down.sh', 'down', 'Stops and removes the containers; volumes stay. See down.sh --help.'),
    script('status.sh', 'status', 'Shows the containers.'),
    script('logs.sh', 'logs', 'Shows the log of a container: logs.sh NAME [options of docker logs].'),
    script('run.sh', 'run', 'Runs a task once, such as from the crontab: run.sh NAME.'),
    { path: 'base/library.sh', content: { text: library } },
    { path: 'custom/arguments.sh', content: { text: customArguments }, custom: true },
  ]
}

const script = (path: string, run: string, does: string): OutputFile => ({
  path,
  executable: true,
  content: {
    text: `#!/bin/sh
# ${does}
# Written by Waybill and written again at each render: changes belong into custom/arguments.sh.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
# shellcheck source=base/library.sh
. ./base/library.sh
# shellcheck source=base/instance.sh
. ./base/instance.sh
${run} "$@"
`,
  },
})

const customArguments = `# shellcheck shell=sh
# Yours: written once and never touched again. The scripts read it before they start anything.
# "add" adds arguments of docker after ours, so that yours win. Variables that are set here: $instance, and $secrets and
# $base, the folders that ours begin with.
#
# For "docker create": $1 is a name from base/services/, $2 the number of the container.
# container_arguments() {
#   case $1 in
#     api) add --env=LOG_LEVEL=debug --memory=2g ;;
#   esac
# }
#
# For "docker network create", $1 being a name from base/instance.sh:
# network_arguments() {
#   case $1 in
#     edge) add --subnet=10.20.0.0/24 ;;
#   esac
# }
#
# For "docker volume create":
# volume_arguments() {
#   case $1 in
#     db-data) add --driver=local --opt=type=none --opt=o=bind --opt=device=/srv/db ;;
#   esac
# }
`
