import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { access } from './access.ts'
import type { Config } from './config.ts'
import * as accountDesk from './desks/account/index.ts'
import * as booksDesk from './desks/books/index.ts'
import * as buyerDesk from './desks/buyer/index.ts'
import * as civicDesk from './desks/civic/index.ts'
import * as collectionDesk from './desks/collection/index.ts'
import * as dataDesk from './desks/data/index.ts'
import * as institutionDesk from './desks/institution/index.ts'
import * as operatorDesk from './desks/operator/index.ts'
import * as problems from './desks/problems.tsx'
import * as publicDesk from './desks/public/index.ts'
import * as regulatorDesk from './desks/regulator/index.ts'
import * as riskDesk from './desks/risk/index.ts'
import * as sourcesDesk from './desks/sources/index.ts'
import * as trade from './desks/trade.ts'
import * as vendorDesk from './desks/vendor/index.ts'
import * as worklist from './desks/worklist.ts'
import { createEngine, type Engine } from './kernel/command.ts'
import { type Client, connect } from './kernel/db/client.ts'
import { createRenderer } from './kernel/documents/renderer.ts'
import { createSealer } from './kernel/documents/sealer.ts'
import { type EventBus, type Handler, openEventBus, type Timer } from './kernel/events.ts'
import { createFileStore, type FileStore } from './kernel/files.ts'
import { mountRoutes } from './kernel/http/mount.ts'
import { mountProbes } from './kernel/http/probes.ts'
import type { Route } from './kernel/http/route.ts'
import { buildServer } from './kernel/http/server.ts'
import { createKeyring, exchangeKey, readMasterKey } from './kernel/keys.ts'
import type { Kit } from './kernel/kit.ts'
import { createMailer } from './kernel/mail.ts'
import { createClamd, type Scanning } from './kernel/scanner.ts'
import type { Machinery, Task, Vital } from './kernel/task.ts'
import { startWorker, type Worker } from './kernel/worker.ts'
import * as bulletin from './modules/bulletin/index.ts'
import * as catalog from './modules/catalog/index.ts'
import * as collection from './modules/collection/index.ts'
import * as contracts from './modules/contracts/index.ts'
import * as data from './modules/data/index.ts'
import * as delivery from './modules/delivery/index.ts'
import * as identity from './modules/identity/index.ts'
import * as ledger from './modules/ledger/index.ts'
import * as notices from './modules/notices/index.ts'
import * as orders from './modules/orders/index.ts'
import * as registration from './modules/registration/index.ts'
import * as resources from './modules/resources/index.ts'
import * as risk from './modules/risk/index.ts'
import * as settlement from './modules/settlement/index.ts'
import * as sources from './modules/sources/index.ts'
import * as transparency from './modules/transparency/index.ts'
import * as operations from './operations.ts'
import * as assets from './web/assets.ts'
import { formRoutes } from './web/forms.ts'
import * as theme from './web/theme.ts'

interface Module {
  readonly routes?: readonly Route[]
  readonly handlers?: readonly Handler[]
  readonly timers?: readonly Timer[]
  readonly tasks?: readonly Task[]
  readonly vitals?: readonly Vital[]
}

/** The modules in dependency order: each may call earlier ones; later ones hear of it by events. */
export const modules: readonly Module[] = [
  operations,
  identity,
  transparency,
  data,
  risk,
  resources,
  sources,
  collection,
  catalog,
  contracts,
  registration,
  ledger,
  orders,
  settlement,
  delivery,
  bulletin,
  notices,
]

/** Pages that span modules, and what every page needs; they come after the modules and own no table. */
export const desks: readonly Module[] = [
  assets,
  theme,
  { routes: formRoutes(() => modules.flatMap(m => m.routes ?? [])) },
  problems,
  trade,
  worklist,
  accountDesk,
  publicDesk,
  civicDesk,
  vendorDesk,
  institutionDesk,
  sourcesDesk,
  collectionDesk,
  dataDesk,
  buyerDesk,
  regulatorDesk,
  riskDesk,
  operatorDesk,
  booksDesk,
]

/** Every route that the exchange serves. */
export const allRoutes = (): Route[] => [...modules, ...desks].flatMap(m => m.routes ?? [])

/** A request that takes longer than this to end is cut when the process is asked to. */
const drainSeconds = 60

/** One running exchange: the web half, the worker half, or both. */
export interface Exchange {
  readonly app: FastifyInstance
  readonly engine: Engine
  readonly kit: Kit
  startWorker(): Promise<void>
  /** Ends requests and jobs in progress, then lets go of the database. */
  close(): Promise<void>
}

/** The store of files: below the home folder, or in a bucket, whose client is loaded only then. */
async function openFiles({ bucket, home }: Config): Promise<FileStore> {
  if (!bucket) return createFileStore(`${home}/files`)
  const { createBucketStore } = await import('./kernel/bucket.ts')
  return createBucketStore(bucket, `${home}/files`)
}

const scanningOf = ({ scanner }: Config): Scanning =>
  typeof scanner === 'string'
    ? { kind: scanner }
    : { kind: 'scanner', scanner: createClamd(scanner.host, scanner.port) }

async function openKit(
  config: Config,
  client: Client,
): Promise<{ kit: Kit; setSigner: (app: FastifyInstance) => void }> {
  const keyring = createKeyring(await readMasterKey(config.masterKeyFile))
  let signer: FastifyInstance | undefined
  const kit: Kit = {
    settings: {
      home: config.home,
      publicUrl: config.publicUrl,
      isDemo: config.isDemo,
      maxUploadBytes: config.maxUploadBytes,
      quotaBytes: config.quotaBytes,
      quotaVersions: config.quotaVersions,
      uploadHours: config.uploadHours,
      pullHosts: config.pullHosts,
      pullSeconds: config.pullSeconds,
    },
    keyring,
    files: await openFiles(config),
    scanning: scanningOf(config),
    renderer: createRenderer(),
    sealer: createSealer(client, keyring),
    access,
    mailer: config.mail && createMailer(config.mail),
    signToken: claims => {
      if (!signer) throw new Error('tokens are signed by the web role only')
      return signer.jwt.sign(claims)
    },
  }
  // the keys are made at the first start, by whichever process comes first
  for (const name of ['token', 'log']) await exchangeKey(client, keyring, name)
  return {
    kit,
    setSigner: app => {
      signer = app
    },
  }
}

/** Puts the exchange together on a migrated database; the same for main, tests and command line. */
export async function createExchange(config: Config, databaseUrl: string, logger: Logger): Promise<Exchange> {
  const client = connect(databaseUrl)
  const readers = connect(databaseUrl, { size: 4, name: 'jinshu-readers', isReadOnly: true })
  const jobs = connect(databaseUrl, { size: 1, name: 'jinshu-jobs', isPlain: true })
  const handlers = modules.flatMap(m => m.handlers ?? [])
  const timers = modules.flatMap(m => m.timers ?? [])
  const tasks = modules.flatMap(m => m.tasks ?? [])
  const bus: EventBus = await openEventBus(jobs, handlers, error => logger.error({ err: error }, 'queue error'))
  const { kit, setSigner } = await openKit(config, client)
  await settlement.useStripe(kit, config.stripe)
  const engine = createEngine(client, bus, kit, readers)
  const machinery: Machinery = { client, engine, kit, log: logger }
  const app = await buildServer({
    logger,
    publicUrl: config.publicUrl,
    tokenKey: await exchangeKey(client, kit.keyring, 'token'),
    requestsPerMinute: config.requestsPerMinute,
    trustedProxies: config.trustedProxies,
    isDemo: config.isDemo,
    problemPage: problems.replyWithPage,
  })
  setSigner(app)
  identity.useAuthentication(app, client, kit.settings)
  mountProbes(
    app,
    bus,
    machinery,
    modules.flatMap(m => m.vitals ?? []),
  )
  mountRoutes(app, allRoutes(), access, engine)
  let worker: Worker | undefined
  return {
    app,
    engine,
    kit,
    async startWorker() {
      worker = await startWorker(engine, bus, { timers, tasks }, machinery)
    },
    async close() {
      const cut = setTimeout(() => app.server.closeAllConnections(), drainSeconds * 1000)
      await app.close()
      await app.drained(drainSeconds)
      clearTimeout(cut)
      await (worker ? worker.stop() : bus.stop())
      await kit.renderer.close()
      kit.mailer?.close()
      await Promise.all([client, readers, jobs].map(pool => pool.end({ timeout: 5 })))
    },
  }
}
