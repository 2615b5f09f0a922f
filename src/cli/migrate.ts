import { withDatabase } from './database.ts'

// opening a database for a command migrates it
await withDatabase(async url => {
  process.stdout.write(`migrated ${new URL(url).pathname.slice(1)} at ${new URL(url).host}\n`)
  return 0
})
