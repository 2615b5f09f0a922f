export { type EmbeddedDatabase, type EmbeddedOptions, removeEmbedded, startEmbedded } from './launcher.ts'
export { EmbeddedError } from './words.ts'
