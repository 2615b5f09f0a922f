import { recordRoutes } from './record.ts'

export const routes = [...recordRoutes]
