import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { countReports, firstReportDue } from '../../modules/collection/index.ts'
import { freezesToConfirm } from '../../modules/orders/index.ts'
import { countQueue, listQueue } from '../../modules/registration/index.ts'
import { disputedToDecide } from '../../modules/sources/index.ts'
import type { WorkItem } from '../worklist.ts'

const item = (kind: string, n: number, href: string, words: WorkItem['words'], dueAt: Date | null): WorkItem[] =>
  n === 0 ? [] : [{ kind: `regulator.${kind}`, count: n, href, words, dueAt }]

/** Freezes of trades, and their lifting, that wait for the second person. */
async function freezeWork(rx: Rx): Promise<WorkItem[]> {
  const { proposed, lifting } = await freezesToConfirm(rx)
  const path = '/regulator/freezes?state='
  const [some, more] = [proposed === 1 ? '' : 's', lifting === 1 ? '' : 's']
  return [
    ...item(
      'freeze',
      proposed,
      `${path}proposed`,
      text(`${proposed} 项交易冻结待复核`, `${proposed} freeze${some} to confirm`),
      null,
    ),
    ...item(
      'lifting',
      lifting,
      `${path}lifting`,
      text(`${lifting} 项解除冻结待复核`, `${lifting} lifting${more} of freezes to confirm`),
      null,
    ),
  ]
}

/** What waits for the acting authority: filings to check, those that came back corrected and those that are late. */
export async function regulatorWork(rx: Rx): Promise<WorkItem[]> {
  if (!rx.actor.roles.includes('authority')) return []
  const open = async (query: Parameters<typeof countQueue>[1]) =>
    (await countQueue(rx, query)).find(each => each.state === 'filed')?.count ?? 0
  const [count, corrected, late] = [await open({}), await open({ isCorrected: true }), await open({ isOverdue: true })]
  const disputed = await disputedToDecide(rx)
  const reports = await countReports(rx, 'mine')
  const waiting = (reports.get('received') ?? 0) + (reports.get('checking') ?? 0)
  const first = (await listQueue(rx, { state: 'filed', sort: 'due', limit: 1 })).items[0]?.row.dueAt ?? null
  return [
    ...item(
      'source',
      disputed.count,
      '/source-proposals?state=ready',
      text(
        `${disputed.count} 件有异议的权威来源申报待认定`,
        `${disputed.count} disputed source${disputed.count === 1 ? '' : 's'} to decide`,
      ),
      disputed.dueAt,
    ),
    ...(await freezeWork(rx)),
    ...item(
      'check',
      count,
      '/regulator/filings',
      text(`${count} 份备案待核查`, `${count} filing${count === 1 ? '' : 's'} to check`),
      first,
    ),
    ...item(
      'late',
      late,
      '/regulator/filings?late=true',
      text(
        `${late} 份备案超过核查期限`,
        `${late} filing${late === 1 ? ' is' : 's are'} past the deadline of the check`,
      ),
      first,
    ),
    ...item(
      'corrected',
      corrected,
      '/regulator/filings?corrected=true',
      text(`${corrected} 份补正后报回，待复核`, `${corrected} came back corrected, to be checked again`),
      null,
    ),
    ...item(
      'breach',
      waiting,
      '/regulator/reports',
      text(
        `${waiting} 件重复采集举报待核查`,
        `${waiting} report${waiting === 1 ? '' : 's'} of duplicate collection to check`,
      ),
      await firstReportDue(rx),
    ),
  ]
}
