import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { operatorOrganization } from '../../modules/identity/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Facts, Name } from '../../web/parts.tsx'
import { page } from '../page.tsx'

type Section = readonly [title: Text, ...paragraphs: Text[]]

function Sections({ of }: { of: readonly Section[] }) {
  const t = useWords()
  return (
    <>
      {of.map(([title, ...paragraphs]) => (
        <section key={title.en}>
          <h2>{t(title)}</h2>
          {paragraphs.map(words => (
            <p key={words.en} class="prose">
              {t(words)}
            </p>
          ))}
        </section>
      ))}
    </>
  )
}

const about: readonly Section[] = [
  [
    text('这是什么', 'What this is'),
    text(
      '晋数是数据交易服务平台的软件：供方挂牌数据产品，需方检索、签约、付款并获取数据；合同依示范文本生成，交易逐笔登记并向数据主管部门备案，价款经托管结算，每一步都在公开日志中留痕。',
      'Jinshu is the software of a data trading service: vendors list data products; buyers find, contract, pay for and receive them; contracts come from model texts, every trade is registered and filed with the data authority, money settles through escrow, and every step leaves an entry in a public log.',
    ),
  ],
  [
    text('一笔交易怎样进行', 'How a trade goes'),
    text(
      '供方上传数据文件，系统读出字段、类型、行数、时间与空间范围；供方补充机器无法得知的内容（来源、权利、用途、分级）后提交审核。审核人与提交人、供方均无关联，通过后挂牌。',
      'The vendor uploads a data file and the system reads its columns, types, rows, time range and places; the vendor adds what no machine can know (source, rights, purposes, grade) and submits it. A reviewer who is independent of submitter and vendor passes it, and it is listed.',
    ),
    text(
      '需方选择价格方案和用途，双方协商条款并各自签名。合同生效后登记、备案，需方付款至托管账户，获取数据并在验收期内验收；之后结算给供方。争议、退货、取消各有规定的路径。',
      'The buyer chooses a price plan and a purpose; both sides agree on terms and sign. The contract takes effect, is registered and filed; the buyer pays into escrow, receives the data and accepts it within the acceptance period; then the vendor is paid. Disputes, rejections and cancellations have paths of their own.',
    ),
  ],
  [
    text('为什么可信', 'Why it can be trusted'),
    text(
      '凡涉及资金、登记和监管的事项由两人分别办理；系统对每次操作按职责授权；账簿为复式记账，任一时刻借贷相等；每项决定的摘要进入默克尔日志，任何人都能自行验证没有被改动。',
      'What concerns money, registration or supervision takes two people; every action is authorised by duty; the books are double-entry and balance at every moment; the digest of every decision enters a Merkle log in which anyone can check that nothing was altered.',
    ),
  ],
]

const privacy: readonly Section[] = [
  [
    text('保存哪些个人信息', 'What is kept about people'),
    text(
      '账号：姓名、电子邮箱、密码的 argon2id 摘要（不保存密码本身）；启用两步登录时还有经主密钥加密的动态口令密钥和恢复码的摘要。',
      'Accounts: name, e-mail address and an argon2id hash of the password (never the password); with two-step sign-in also the secret of the one-time codes, encrypted with the master key, and hashes of the recovery codes.',
    ),
    text(
      '登录：每次登录的时间与浏览器名称，用于让您查看并结束自己的登录；连续失败次数用于防止猜测密码。',
      'Sign-ins: the time and the browser’s name of each, so that you can see and end your own; the number of failures in a row, against guessing.',
    ),
    text(
      '访问日志：服务器记录每个请求的时间、路径、结果和来源 IP 地址，用于安全和排查故障；其中的密码、令牌和下载凭据会被抹去。',
      'Access logs: the server records the time, path, outcome and source IP address of each request, for security and for finding faults; passwords, tokens and download grants are struck out of it.',
    ),
    text(
      '机构：联系人姓名与电话，供运营机构核验，不对外公开。公开页面中的交易双方名称经遮盖处理。',
      'Organisations: name and telephone of a contact, for verification by the operator and not public. On public pages the names of a trade’s parties are masked.',
    ),
  ],
  [
    text('公开日志里有什么', 'What the public log holds'),
    text(
      '日志只含操作种类、时间、对象编号、操作人的假名以及内容的加盐摘要；不含姓名、邮箱、价格或合同内容。删除账号后，假名不再指向任何人。',
      'The log holds the kind of action, its time, the object’s id, a pseudonym of who acted and a salted digest of the content; no names, addresses, prices or terms. Once an account is erased its pseudonym points to nobody.',
    ),
  ],
  [
    text('浏览器中的 Cookie', 'Cookies'),
    text(
      '只使用本站必需的 Cookie：登录状态、所代表的机构、表单防伪、语言与主题的选择、操作完成的提示。没有统计或广告 Cookie，页面不向任何其他网站发出请求。',
      'Only cookies that the service needs: your session, the organisation you act for, protection of forms, your choice of language and theme, and the word that something was done. There are none for analytics or advertising, and no page sends a request to any other site.',
    ),
    text(
      '在“查验”页检查文件后，您的浏览器会记住日志的公钥、条目数和根散列，以便下次比对；它们只留在您的设备上，不含任何个人信息。',
      'After you check a file on the page “Verify”, your browser remembers the log’s key, size and root to compare with next time; they stay on your device and say nothing about you.',
    ),
  ],
  [
    text('保存多久、如何行使权利', 'How long, and your rights'),
    text(
      '交易与登记档案依规则保存（年限见“规则”页）。查阅、更正个人信息可在“账号设置”中自行办理；删除账号或其他请求请联系运营机构。',
      'Records of trades and registrations are kept as the rules say (the page “Rules” names the years). You can read and correct what is kept about you under “Account”; to erase an account, or for any other request, write to the operator.',
    ),
  ],
]

const accessibility: readonly Section[] = [
  [
    text('目标', 'What we aim at'),
    text(
      '所有页面以 WCAG 2.2 AA 为准：可只用键盘操作，可在 390 像素宽的手机上使用，文字与底色对比不低于 4.5:1，状态既有颜色也有文字，图表附有数据表。',
      'Every page aims at WCAG 2.2 AA: it works with the keyboard alone and at a width of 390 pixels, text has a contrast of 4.5:1 and more, states are told by words as well as colours, charts come with a table.',
    ),
    text(
      '每次修改都会用 axe-core 自动检查全部页面：中文、浅色、窄屏一遍，英文、深色、宽屏一遍；其余组合在完整测试中检查。自动检查不能发现所有问题，欢迎告诉我们。',
      'Each change is checked with axe-core on every page: once in Chinese, light and narrow, once in English, dark and wide; the full run of the tests takes all combinations. Machines do not find everything; please tell us what you meet.',
    ),
  ],
  [
    text('没有脚本也能用', 'Without scripts'),
    text(
      '查找、签约、付款、下载、验收等全部功能在关闭 JavaScript 时可用；脚本只用于即时提示、上传进度和快捷键。例外：在浏览器内验证 PDF 需要脚本，关闭时由服务器比对。',
      'Everything works without JavaScript: finding, contracting, paying, downloading, accepting. Scripts add instant hints, upload progress and shortcuts. One exception: checking a PDF inside the browser takes a script; without it the server compares the file.',
    ),
  ],
  [
    text('已知的不足', 'Known shortcomings'),
    text(
      '数据产品的名称、摘要和字段说明由供方填写，可能只有中文；PDF 文书尚未加可访问性标签，其全部内容在相应页面上可读。',
      'Names, abstracts and field notes of data products are the vendors’ and may be in Chinese only; PDF documents carry no accessibility tags yet, and all they say can be read on the pages they belong to.',
    ),
  ],
]

function About({
  operator,
}: {
  operator: { nameZh: string; nameEn: string | null; address: string; contactPhone: string }
}) {
  const t = useWords()
  return (
    <>
      <Sections of={about} />
      <h2>{t(text('运营机构', 'The operator'))}</h2>
      <Card>
        <Facts
          of={[
            [t(text('名称', 'Name')), <Name key="name" zh={operator.nameZh} en={operator.nameEn} />],
            [
              t(text('地址', 'Address')),
              <span key="at" lang="zh-CN">
                {operator.address}
              </span>,
            ],
            [t(text('电话', 'Telephone')), operator.contactPhone],
          ]}
        />
      </Card>
    </>
  )
}

export const routes: Route[] = [
  page({
    at: 'GET /about',
    operation: 'showAbout',
    permission: 'page.read',
    summary: text('关于', 'About'),
    run: async rx => {
      const operator = await operatorOrganization(rx)
      return { title: text('关于晋数', 'About Jinshu'), body: <About operator={operator} /> }
    },
  }),
  page({
    at: 'GET /privacy',
    operation: 'showPrivacy',
    permission: 'page.read',
    summary: text('隐私', 'Privacy'),
    run: () => ({ title: text('隐私说明', 'Privacy'), body: <Sections of={privacy} /> }),
  }),
  page({
    at: 'GET /accessibility',
    operation: 'showAccessibility',
    permission: 'page.read',
    summary: text('无障碍', 'Accessibility'),
    run: () => ({ title: text('无障碍说明', 'Accessibility'), body: <Sections of={accessibility} /> }),
  }),
]
