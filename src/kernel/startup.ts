/** Why the process cannot start or go on; the message is one sentence that names the cause and the way out. */
export class StartupError extends Error {}
