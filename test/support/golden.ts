import { readFile, writeFile } from 'node:fs/promises'

type Test = { ok: (value: unknown, message: string) => unknown; comment: (message: string) => void }

/**
 * Compares `actual` with a kept file, so that a change of an interface is seen and meant.
 * `UPDATE_GOLDEN=1` writes the file instead; the difference then stands in the commit.
 */
export async function golden(t: Test, name: string, actual: string): Promise<void> {
  const file = new URL(`../golden/${name}`, import.meta.url)
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(file, actual)
  const expected = await readFile(file, 'utf8').catch(() => '')
  if (actual !== expected) {
    const [a, b] = [actual.split('\n'), expected.split('\n')]
    const at = a.findIndex((line, i) => line !== b[i])
    t.comment(`line ${at + 1}: “${b[at]}” became “${a[at]}”`)
  }
  t.ok(actual === expected, `${name} is as kept (UPDATE_GOLDEN=1 keeps a change that is meant)`)
}
