import { startCluster } from './cluster.ts'

let own: Promise<string> | undefined

async function startOwn(): Promise<string> {
  // loaded here only: what runs no tests must not be taken for a test that hangs
  const { default: t } = await import('tap')
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  return cluster.url
}

/**
 * The PostgreSQL server that tests may fill with databases of their own: the one `npm test` started for all files,
 * or one for this process when a file is run by itself.
 */
export async function testServer(_t: unknown): Promise<string> {
  if (process.env.JINSHU_TEST_CLUSTER) return process.env.JINSHU_TEST_CLUSTER
  own ??= startOwn()
  return own
}
