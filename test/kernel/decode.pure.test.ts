import fc from 'fast-check'
import t from 'tap'
import { Type } from 'typebox'
import { Problem } from '../../src/kernel/problem.ts'
import { closed, nullable } from '../../src/kernel/wire.ts'
import { decodeForm } from '../../src/web/decode.ts'
import { localPath } from '../../src/web/forms.ts'
import { yuan } from '../../src/web/parts.tsx'

const Body = closed({
  name: Type.String(),
  amountFen: Type.Integer(),
  rate: Type.Number(),
  isPublic: Type.Boolean(),
  tags: Type.Array(Type.String()),
  note: nullable(Type.String()),
  until: Type.Optional(Type.String()),
  columns: Type.Array(closed({ name: Type.String(), unit: Type.Optional(Type.String()), isSensitive: Type.Boolean() })),
  term: nullable(closed({ months: Type.Integer() })),
})

t.test('fields become what the schema says, in the places that their names say', async t => {
  t.same(
    decodeForm(Body, {
      _csrf: ['x'],
      name: ['12'],
      'amountFen~yuan': ['¥1,200.5'],
      'rate~percent': ['2.5'],
      isPublic: ['false', 'true'],
      tags: ['', 'a', 'b'],
      note: [''],
      'until~day': ['2026-01-31'],
      'columns.0.name': ['id'],
      'columns.0.unit': [''],
      'columns.0.isSensitive': ['false'],
      'columns.2.name': ['t'],
      'columns.2.unit': ['℃'],
      'columns.2.isSensitive': ['false', 'true'],
      'term.months': ['12'],
    }),
    {
      name: '12',
      amountFen: 120050,
      rate: 0.025,
      isPublic: true,
      tags: ['a', 'b'],
      note: null,
      until: '2026-01-31T15:59:59.000Z',
      columns: [
        { name: 'id', isSensitive: false },
        { name: 't', unit: '℃', isSensitive: true },
      ],
      term: { months: 12 },
    },
  )
})

t.test('what is no number stays as it was typed, so that the API names it', async t => {
  t.same(decodeForm(Body, { rate: ['two'], amountFen: ['1e3'], isPublic: ['perhaps'] }), {
    rate: 'two',
    amountFen: '1e3',
    isPublic: 'perhaps',
  })
})

t.test('an amount that is none is refused with its field', async t => {
  for (const typed of ['1.234', 'a lot', '1.2.3', '--5', '99999999999999999999']) {
    try {
      decodeForm(Body, { 'amountFen~yuan': [typed] })
      t.fail(typed)
    } catch (error) {
      t.ok(error instanceof Problem && error.errors[0]?.pointer === '/amountFen', typed)
    }
  }
})

t.test('an amount survives being shown and typed again, to the fen', async t => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fen => {
      t.equal(decodeForm(Body, { 'amountFen~yuan': [yuan(fen)] }).amountFen, fen)
    }),
    { numRuns: 200 },
  )
})

t.test('no field name reaches the prototype of anything', async t => {
  const body = decodeForm(undefined, { '__proto__.x': ['1'], 'constructor.prototype.x': ['1'], 'a.__proto__.x': ['1'] })
  t.same(Object.keys(body), [])
  t.equal(({} as any).x, undefined)
})

t.test('a form leads to paths of ours only', async t => {
  for (const outside of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a b',
    '',
  ])
    t.equal(localPath(outside, '/'), '/', outside)
  t.equal(localPath('/contracts/1?tab=2#x', '/'), '/contracts/1?tab=2#x')
})
