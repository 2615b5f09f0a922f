import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { EventBus } from '../events.ts'
import { notFound, unavailable } from '../problem.ts'
import type { Machinery, Vital } from '../task.ts'

/** What a proxy on this machine adds to a request that it passes on for somebody elsewhere. */
const passedOn = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

const isLocal = (request: FastifyRequest) =>
  /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? '') &&
  !passedOn.some(name => request.headers[name] !== undefined)

/** Measures; a figure that cannot be had now (the database is away) is absent, and the others are still shown. */
async function measured(gauge: { reset(): void }, work: () => Promise<void>): Promise<void> {
  gauge.reset()
  await work().catch(() => gauge.reset())
}

function addVitals(registry: Registry, machinery: Machinery, vitals: readonly Vital[]): void {
  for (const vital of vitals)
    new Gauge({
      name: vital.name,
      help: vital.help,
      registers: [registry],
      collect() {
        return measured(this, async () => this.set((await vital.measure(machinery)).value))
      },
    })
}

function metricsOf(app: FastifyInstance, bus: EventBus): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'time from the first byte in to the last byte out',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  new Gauge({
    name: 'jinshu_jobs',
    help: 'jobs by queue and state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    collect() {
      return measured(this, async () => {
        for (const q of await bus.counts())
          for (const state of ['waiting', 'active', 'failed'] as const) this.set({ queue: q.queue, state }, q[state])
      })
    },
  })
  return registry
}

/**
 * `/healthz` (the process lives), `/readyz` (it can serve: the database answers; with warnings that an operator must
 * look into but that do not stop service), `/metrics` (this machine only).
 */
export function mountProbes(app: FastifyInstance, bus: EventBus, machinery: Machinery, vitals: readonly Vital[]): void {
  const registry = metricsOf(app, bus)
  addVitals(registry, machinery, vitals)
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    try {
      await machinery.client`select 1 from kernel.clock where id = 1`
      const measured = await Promise.all(vitals.map(vital => vital.measure(machinery)))
      return { status: 'ready', warnings: measured.flatMap(({ warning }) => warning ?? []) }
    } catch (cause) {
      throw unavailable(undefined, { retryAfter: 2, cause })
    }
  })
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request)) throw notFound()
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
