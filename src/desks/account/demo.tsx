import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { peopleByEmail } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'

interface Entry {
  readonly email: string
  readonly duty: Text
  /** what this person sees and does */
  readonly about: Text
}

interface Side {
  readonly words: Text
  readonly about: Text
  readonly entries: readonly Entry[]
}

/** The people of the demo exchange whom a newcomer can be, side by side. */
export const sides: readonly Side[] = [
  {
    words: text('供方', 'Vendor'),
    about: text(
      '一家气象数据公司：上传数据、挂牌、签约、取得收入。',
      'A weather data company: uploads data, lists it, signs contracts, earns.',
    ),
    entries: [
      {
        email: 'maker@qixiang.demo',
        duty: text('经办', 'Maker'),
        about: text('上传文件、完善产品、提交挂牌', 'uploads files, completes products, submits listings'),
      },
      {
        email: 'checker@qixiang.demo',
        duty: text('复核、签署', 'Checker'),
        about: text('代表公司签署合同', 'signs contracts for the company'),
      },
      {
        email: 'finance@qixiang.demo',
        duty: text('财务', 'Finance'),
        about: text('收款账户、收入与结算', 'bank account, earnings and settlements'),
      },
    ],
  },
  {
    words: text('需方', 'Buyer'),
    about: text(
      '一家农业科技公司：检索、签约、付款、下载、验收。',
      'An agricultural technology company: searches, signs, pays, downloads, accepts.',
    ),
    entries: [
      {
        email: 'maker@nongye.demo',
        duty: text('经办', 'Maker'),
        about: text('挑选产品、发起合同、下载与验收', 'chooses products, begins contracts, downloads and accepts'),
      },
      {
        email: 'checker@nongye.demo',
        duty: text('复核、签署', 'Checker'),
        about: text('代表公司签署合同', 'signs contracts for the company'),
      },
    ],
  },
  {
    words: text('监管', 'Regulators'),
    about: text(
      '两市数据局：核查本辖区的交易备案。',
      'The data bureaus of two cities: check the trades filed in their own division.',
    ),
    entries: [
      {
        email: 'maker@taiyuan.demo',
        duty: text('太原市数据局', 'Taiyuan'),
        about: text('备案核查队列，辖区统计', 'the queue of filings, figures of the city'),
      },
      {
        email: 'maker@datong.demo',
        duty: text('大同市数据局', 'Datong'),
        about: text('同样的工作台，另一辖区', 'the same desk, another city'),
      },
    ],
  },
  {
    words: text('运营机构', 'Operator'),
    about: text(
      '运营交易场所：核验机构、审核挂牌、办理登记、对账付款。',
      'Runs the exchange: verifies organisations, reviews listings, registers trades, moves money.',
    ),
    entries: [
      {
        email: 'maker@operator.demo',
        duty: text('经办', 'Maker'),
        about: text('受理机构、挂牌与登记', 'takes organisations, listings and registrations up'),
      },
      {
        email: 'checker@operator.demo',
        duty: text('复核', 'Checker'),
        about: text('核验、审核通过、裁定争议', 'verifies, passes reviews, decides disputes'),
      },
      {
        email: 'finance@operator.demo',
        duty: text('财务', 'Finance'),
        about: text('导入对账单、生成付款', 'imports bank statements, makes payouts'),
      },
    ],
  },
]

/** Whether an address is one that anybody may enter as. */
export const isDemoPerson = (email: string): boolean =>
  sides.some(side => side.entries.some(entry => entry.email === email))

export type Players = Awaited<ReturnType<typeof peopleByEmail>>

/** The people of the demo who are there; a demo exchange without its story has none. */
export const playersOf = (rx: Rx): Promise<Players> =>
  peopleByEmail(
    rx,
    sides.flatMap(side => side.entries.map(entry => entry.email)),
  )

/** One door for each role: a click is the sign-in. */
export function Doors({ players, next }: { players: Players; next: string }) {
  const t = useWords()
  const reader = useReader()
  if (players.size === 0) return null
  return (
    <section aria-labelledby="doors">
      <h2 id="doors">{t(text('一键进入演示', 'Enter the demo in one click'))}</h2>
      <p class="text-secondary">
        {t(
          text(
            '这里的机构和人物都是虚构的，任选一个角色即可开始；页面顶部可以随时换角色、拨快时钟。',
            'Organisations and people here are invented. Choose a role to begin; the bar above changes roles and moves the clock.',
          ),
        )}
      </p>
      <form method="post" action="/demo/enter" class="columns doors">
        <input type="hidden" name="_csrf" value={reader.token()} />
        <input type="hidden" name="_next" value={next} />
        {sides.map(side => (
          <section class="card card-body" key={side.words.en} aria-label={t(side.words)}>
            <h3>{t(side.words)}</h3>
            <p class="text-secondary">{t(side.about)}</p>
            <ul class="list-unstyled stack mb-0">
              {side.entries
                .filter(entry => players.has(entry.email))
                .map(entry => (
                  <li key={entry.email}>
                    <button type="submit" name="email" value={entry.email} class="btn btn-sm">
                      <span>
                        <span lang="zh-CN">{players.get(entry.email)!.name}</span> · {t(entry.duty)}
                      </span>
                    </button>
                    <small class="form-hint">{t(entry.about)}</small>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </form>
    </section>
  )
}
