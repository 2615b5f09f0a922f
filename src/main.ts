import { mkdir } from 'node:fs/promises'
import { type Config, readConfig } from './config.ts'
import { giveUp } from './giveup.ts'
import { requirePort } from './port.ts'

let config: Config | undefined
try {
  config = readConfig(process.env)
  if (config.role !== 'worker') await requirePort(config.host, config.port)
  await mkdir(config.home, { recursive: true, mode: 0o711 })
  // loaded only now: what is wrong with the settings is said at once
  const { serve } = await import('./serve.ts')
  await serve(config)
} catch (error) {
  giveUp(error, config)
}
