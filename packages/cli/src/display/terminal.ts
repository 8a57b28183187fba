/** Whether somebody can be asked. */
export const onTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY
