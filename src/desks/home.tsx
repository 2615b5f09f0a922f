import { type Route, raw } from '../kernel/http/route.ts'
import { type Text, text } from '../kernel/text.ts'
import { useWords } from '../web/context.ts'
import { sendPage } from '../web/layout.tsx'

const doors: readonly { path: string; name: Text; about: Text }[] = [
  {
    path: '/verify',
    name: text('查验', 'Verification'),
    about: text(
      '输入登记编号或备案编号，查验登记证书和备案回执的真伪。',
      'Enter a registration or filing number to check whether a certificate or receipt is genuine.',
    ),
  },
  {
    path: '/log/checkpoint',
    name: text('公开日志', 'Public log'),
    about: text(
      '签名的检查点与默克尔树：任何一条记录被改动都能被发现。',
      'Signed checkpoints over a Merkle tree: a change to any record can be detected by anyone.',
    ),
  },
  {
    path: '/docs',
    name: text('接口文档', 'API reference'),
    about: text(
      '全部功能均通过 HTTP 接口提供（OpenAPI 3.1）。',
      'Everything is offered through the HTTP API (OpenAPI 3.1).',
    ),
  },
  {
    path: '/problems',
    name: text('问题说明', 'Problems'),
    about: text('每种拒绝的含义与处理办法。', 'What each kind of refusal means and what to do about it.'),
  },
]

const steps: readonly Text[] = [
  text(
    '供方注册机构并经核验，上传数据，提交挂牌审核。',
    'A vendor registers, is verified, uploads data and submits a listing for review.',
  ),
  text(
    '需方检索并选择价格方案，依据合同示范文本在线签约；双方的电子签名人人可验证。',
    'A buyer searches, chooses a plan and signs a contract from the model text; anyone can check both signatures.',
  ),
  text(
    '交易办理登记，并向主管部门备案；价款进入资金托管。',
    'The trade is registered and filed with the competent authority, and the money goes into escrow.',
  ),
  text(
    '数据交付、验收后结算；每一步都写入公开日志。',
    'The data is delivered and accepted, then the trade is settled; every step enters the public log.',
  ),
]

function Home() {
  const t = useWords()
  return (
    <>
      <h1>{t(text('晋数：数据交易服务', 'Jinshu: a data trading service'))}</h1>
      <p class="lead">
        {t(
          text(
            '从挂牌、签约、登记、备案到交付、结算的一体化数据交易服务，全程可查验。',
            'One service for trading data from listing, contract, registration and filing to delivery and settlement, verifiable throughout.',
          ),
        )}
      </p>
      <ul class="cards">
        {doors.map(door => (
          <li key={door.path} class="card">
            <a href={door.path}>{t(door.name)}</a>
            <p>{t(door.about)}</p>
          </li>
        ))}
      </ul>
      <h2>{t(text('一笔交易', 'A trade'))}</h2>
      <ol>
        {steps.map(step => (
          <li key={step.en}>{t(step)}</li>
        ))}
      </ol>
    </>
  )
}

export const routes: Route[] = [
  raw({
    at: 'GET /',
    operation: 'showHome',
    permission: 'page.read',
    tag: 'pages',
    summary: text('首页', 'Home page'),
    isRoot: true,
    isHidden: true,
    handle: async (request, reply) =>
      sendPage(request, reply, () => ({ hasOwnHeading: true, title: text('首页', 'Home'), body: <Home /> })),
  }),
]
