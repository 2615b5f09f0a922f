/** The PostgreSQL server that tests may fill with databases of their own. */
export async function testServer(_t: unknown): Promise<string> {
  return process.env.JINSHU_TEST_CLUSTER ?? 'postgres://postgres@127.0.0.1:5515/postgres'
}
