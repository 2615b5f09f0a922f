import { type Text, text } from '../../kernel/text.ts'
import { listingMachine } from '../../modules/catalog/index.ts'
import { MODEL_CONTRACT } from '../../modules/contracts/index.ts'
import { useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Badge, Count, Facts, Moment, Table } from '../../web/parts.tsx'
import { Data, DataList, Part } from './parts.tsx'
import type { ProductView } from './view.ts'
import { codeWords } from './words.ts'

const days = (count: number): Text => text(`${count} 个工作日`, `${count} working days`)

const yes = text('是', 'Yes')
const no = text('否', 'No')

/** What the data may and may not be used for. */
function Purposes({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  const { purposesAllowed, purposesProhibited } = product.content
  return (
    <div class="columns">
      <div class="card card-body">
        <h3>
          <Icon name="circle-check" /> {t(text('允许的用途', 'Allowed'))}
        </h3>
        <DataList of={purposesAllowed} />
      </div>
      <div class="card card-body">
        <h3>
          <Icon name="ban" /> {t(text('禁止的用途', 'Prohibited'))}
        </h3>
        {purposesProhibited.length > 0 ? (
          <DataList of={purposesProhibited} />
        ) : (
          <p class="mb-0">
            {t(
              text(
                '供方未另行约定；法律禁止的用途一律不得。',
                'The vendor names none; what the law prohibits stays so.',
              ),
            )}
          </p>
        )}
      </div>
    </div>
  )
}

/** What the contract will say, before anybody begins one. */
function Contract({ view: { product, rules } }: { view: ProductView }) {
  const t = useWords()
  const { content } = product
  const { clocks } = rules
  const silence = content.isSilenceAcceptance
    ? text('期满未提出异议视为验收合格', 'silence is taken for acceptance')
    : text('期满未答复不视为验收', 'silence is not taken for acceptance')
  return (
    <div class="card card-body stack">
      <p>
        {t(
          text(
            '购买时由合同示范文本生成合同，供方确认、双方签署后生效。主要条款：',
            'A purchase makes a contract from the model text; it takes effect once the vendor agrees and both sign. In short:',
          ),
        )}
      </p>
      <Facts
        of={[
          [t(text('授予的权利', 'Right granted')), t(codeWords(rules, 'rights', content.rightsKind ?? ''))],
          [t(text('独占', 'Exclusive')), t(content.isExclusive ? yes : no)],
          [t(text('可否转授权', 'May be passed on')), t(content.mayResell ? yes : no)],
          [
            t(text('期限', 'Term')),
            content.termMonths === null
              ? t(text('不设期限', 'Without end'))
              : t(text(`自交付起 ${content.termMonths} 个月`, `${content.termMonths} months from delivery`)),
          ],
          [t(text('地域', 'Area')), content.area ? <Data key="area">{content.area}</Data> : '—'],
          [
            t(text('付款', 'Payment')),
            t(
              text(
                `生效后 ${days(clocks.paymentDue.workingDays).zh}内付入托管账户`,
                `into escrow within ${days(clocks.paymentDue.workingDays).en} of the effective date`,
              ),
            ),
          ],
          [
            t(text('交付', 'Delivery')),
            t(
              text(
                `付款后 ${days(clocks.deliveryDue.workingDays).zh}内开放下载`,
                `by download within ${days(clocks.deliveryDue.workingDays).en} of payment`,
              ),
            ),
          ],
          [
            t(text('验收', 'Acceptance')),
            t(
              text(
                `交付后 ${days(clocks.acceptancePeriod.workingDays).zh}，${silence.zh}`,
                `${days(clocks.acceptancePeriod.workingDays).en} after delivery; ${silence.en}`,
              ),
            ),
          ],
          [
            t(text('验收标准', 'Standard of acceptance')),
            content.acceptanceStandard ? <Data key="standard">{content.acceptanceStandard}</Data> : '—',
          ],
          [
            t(text('争议', 'Disputes')),
            t(
              text(
                `可申请交易服务机构调解（${days(clocks.disputeMediation.workingDays).zh}），资金在此期间冻结`,
                `may be put to mediation by the exchange (${days(clocks.disputeMediation.workingDays).en}); the money is frozen meanwhile`,
              ),
            ),
          ],
        ]}
      />
      <p class="mb-0">
        <a href={`/model-contracts/${MODEL_CONTRACT.code}/${MODEL_CONTRACT.version}`}>
          {t(text('阅读合同示范文本全文', 'Read the whole model contract'))}
        </a>
      </p>
    </div>
  )
}

export function UseAndContract({ view }: { view: ProductView }) {
  const t = useWords()
  return (
    <>
      <Part id="use" title={t(text('可以怎样使用', 'What it may be used for'))}>
        <Purposes view={view} />
      </Part>
      <Part id="contract" title={t(text('合同会怎样约定', 'What the contract will say'))}>
        <Contract view={view} />
      </Part>
    </>
  )
}

/** The published versions, newest first. */
export function Versions({ view: { versions } }: { view: ProductView }) {
  const t = useWords()
  return (
    <Part id="versions" title={t(text('版本', 'Versions'))}>
      <Table
        head={[
          t(text('版本', 'Version')),
          t(text('状态', 'State')),
          t(text('挂牌', 'Listed')),
          t(text('结束', 'Ended')),
          t(text('行数', 'Rows')),
          t(text('内容摘要（SHA-256）', 'Digest of the content (SHA-256)')),
        ]}
        nums={[4]}
        rows={versions.map(version => [
          t(text(`第 ${version.versionNo} 版`, `Version ${version.versionNo}`)),
          <Badge key="state" tone={version.state === 'listed' ? 'good' : 'quiet'}>
            {t(listingMachine.states[version.state])}
          </Badge>,
          <Moment key="listed" at={version.listedAt} isDay />,
          <Moment key="ended" at={version.endedAt} isDay />,
          <Count key="rows" of={version.rows} />,
          <code key="hash" title={version.contentHash}>
            {version.contentHash.slice(0, 16)}…
          </code>,
        ])}
      />
    </Part>
  )
}
