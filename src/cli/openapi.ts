import { readConfig } from '../config.ts'
import { openapiDocument } from '../openapi.ts'

// prints the API document, for clients' generators and for comparison between versions
process.stdout.write(`${JSON.stringify(await openapiDocument(readConfig(process.env).publicUrl), null, 2)}\n`)
