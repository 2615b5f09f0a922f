import { text } from '../../kernel/text.ts'
import { type ScannerHealth, scannerHealth } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Bytes, Card, Count, Empty, Facts, Moment, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { type Health, readHealth } from './condition.ts'
import { deskTrail } from './parts.tsx'

function Warnings({ of }: { of: Health['warnings'] }) {
  const t = useWords()
  if (of.length === 0) return <Notice tone="good">{t(text('各项正常。', 'Everything is as it should be.'))}</Notice>
  return (
    <>
      {of.map(({ tone, words }) => (
        <Notice key={words.en} tone={tone}>
          {t(words)}
        </Notice>
      ))}
    </>
  )
}

function Queues({ of }: { of: Health }) {
  const t = useWords()
  const { queues, queueCount } = of
  if (queues.length === 0)
    return <p class="mb-0">{t(text(`${queueCount} 个队列全部办结。`, `All ${queueCount} queues are empty.`))}</p>
  return (
    <Table
      caption={t(text(`${queueCount} 个队列中有任务的`, `Of ${queueCount} queues, those with jobs`))}
      head={[
        t(text('队列', 'Queue')),
        t(text('排队', 'Waiting')),
        t(text('进行中', 'Active')),
        t(text('失败', 'Failed')),
        t(text('最早一件', 'Oldest')),
      ]}
      nums={[1, 2, 3]}
      rows={queues.map(queue => [
        <code>{queue.queue}</code>,
        <Count of={queue.waiting} />,
        <Count of={queue.active} />,
        queue.failed > 0 ? <Badge tone="bad">{queue.failed}</Badge> : <Count of={0} />,
        <Moment at={queue.oldestAt} />,
      ])}
    />
  )
}

function Failed({ of }: { of: Health['failed'] }) {
  const t = useWords()
  const { can } = useReader()
  if (of.length === 0) return <p class="mb-0">{t(text('没有多次失败而被放弃的任务。', 'No job was given up.'))}</p>
  return (
    <Table
      head={[
        t(text('任务', 'Job')),
        t(text('次数', 'Tries')),
        t(text('最后失败', 'Last failed')),
        t(text('原因', 'Error')),
        t(text('操作', 'Action')),
      ]}
      nums={[1]}
      rows={of.map(job => [
        <code>{job.queue}</code>,
        <Count of={job.tries} />,
        <Moment at={job.failedAt} />,
        <span lang="en">{job.error}</span>,
        can('job.retry') ? (
          <Form to={`POST /jobs/${job.id}/retry`}>
            <Submit tone="plain" isSmall>
              {t(text('重试', 'Try again'))}
            </Submit>
          </Form>
        ) : (
          '—'
        ),
      ])}
    />
  )
}

function Processes({ of }: { of: Health['processes'] }) {
  const t = useWords()
  if (of.length === 0) return <Empty title={t(text('一天内没有进程报到', 'No process was heard of within a day'))} />
  return (
    <Table
      head={[
        t(text('进程', 'Process')),
        t(text('职责', 'Role')),
        t(text('状态', 'State')),
        t(text('最后报到', 'Last sign of life')),
        t(text('启动', 'Started')),
        t(text('内存', 'Memory')),
      ]}
      nums={[5]}
      rows={of.map(each => [
        `${each.host} · ${each.pid}`,
        each.isWorker ? t(text('后台', 'Worker')) : t(text('网页与接口', 'Web')),
        each.isAlive ? (
          <Badge tone="good">{t(text('运行中', 'Alive'))}</Badge>
        ) : (
          <Badge>{t(text('已停止', 'Gone'))}</Badge>
        ),
        <Moment at={each.seenAt} />,
        <Moment at={each.startedAt} />,
        each.memoryBytes === null ? '—' : <Bytes of={each.memoryBytes} />,
      ])}
    />
  )
}

const scanningWords = {
  scanner: text('每个上传文件先经病毒检测', 'every uploaded file is scanned for malware first'),
  accepted: text('未配置检测服务；按设置接受未经检测的文件', 'no scanner; files are accepted unscanned, as it is set'),
  held: text('未配置检测服务；文件暂存，由两人放行', 'no scanner; files are held until two people release them'),
}

function Condition({ of, scanner }: { of: Health; scanner: ScannerHealth }) {
  const t = useWords()
  const { storage, log, pulls, files } = of
  const percent = Math.round((storage.freeBytes / storage.diskBytes) * 100)
  return (
    <>
      <Warnings of={of.warnings} />
      <div class="columns mb-3">
        <Card title={t(text('存储', 'Storage'))}>
          <Facts
            of={[
              [t(text('数据库', 'Database')), <Bytes of={storage.databaseBytes} />],
              [
                t(text('磁盘剩余', 'Free on the disk')),
                <>
                  <Bytes of={storage.freeBytes} /> / <Bytes of={storage.diskBytes} /> ({percent}%)
                </>,
              ],
              [
                t(text('文件校验', 'Check of stored files')),
                files.damaged + files.missing > 0 ? (
                  <Badge key="files" tone="bad">
                    {t(
                      text(
                        `损坏 ${files.damaged}，缺失 ${files.missing}`,
                        `${files.damaged} damaged, ${files.missing} missing`,
                      ),
                    )}
                  </Badge>
                ) : (
                  <Badge key="files" tone="good">
                    {t(text('每周逐一比对，无异常', 'Weekly, nothing amiss'))}
                  </Badge>
                ),
              ],
              [
                t(text('病毒检测', 'Malware scan')),
                <span key="scanning">
                  {scanner.trouble ? (
                    <Badge tone="bad">{t(text('无法访问', 'Unreachable'))}</Badge>
                  ) : scanner.kind === 'scanner' ? (
                    <Badge tone="good">{t(text('已启用', 'On'))}</Badge>
                  ) : (
                    <Badge tone="warn">{t(text('未启用', 'Off'))}</Badge>
                  )}{' '}
                  {t(scanner.trouble ?? scanningWords[scanner.kind])}{' '}
                  <a href="/operator/files">{t(text('暂存文件', 'Held files'))}</a>
                </span>,
              ],
            ]}
          />
        </Card>
        <Card title={t(text('定时获取', 'Fetching on a schedule'))}>
          <Facts
            of={[
              [t(text('按时获取', 'On schedule')), <Count key="active" of={pulls.active} />],
              [
                t(text('最近一次失败', 'Last try failed')),
                pulls.failing > 0 ? <Badge tone="warn">{pulls.failing}</Badge> : <Count of={0} />,
              ],
              [
                t(text('多次失败已停止', 'Stopped after failures')),
                pulls.halted > 0 ? <Badge tone="bad">{pulls.halted}</Badge> : <Count of={0} />,
              ],
            ]}
          />
        </Card>
        <Card title={t(text('公开日志', 'Public log'))}>
          <Facts
            of={[
              [t(text('已发布', 'Published')), <Count of={log.publishedSize} />],
              [t(text('等待写入', 'Waiting')), <Count of={log.waiting} />],
              [t(text('最早等待', 'Oldest waits since')), <Moment at={log.oldestAt} />],
              [
                t(text('签名', 'Signing')),
                log.refusal ? (
                  <Badge tone="bad">{t(log.refusal)}</Badge>
                ) : (
                  <Badge tone="good">{t(text('正常', 'Well'))}</Badge>
                ),
              ],
            ]}
          />
          <p class="mt-2 mb-0">
            <a href="/transparency">{t(text('查看公开日志', 'See the public log'))}</a>
          </p>
        </Card>
      </div>
      <Card title={t(text('任务队列', 'Queues'))}>
        <Queues of={of} />
      </Card>
      <Card title={t(text('失败的任务', 'Jobs that were given up'))}>
        <Failed of={of.failed} />
      </Card>
      <Card title={t(text('进程', 'Processes'))}>
        <Processes of={of.processes} />
      </Card>
    </>
  )
}

export const healthPages = [
  page({
    at: 'GET /operator/health',
    operation: 'showOperatorHealth',
    permission: 'operator.health',
    summary: text('系统状态', 'System health'),
    run: async rx => ({
      title: text('系统状态', 'System health'),
      trail: deskTrail(),
      lead: text('队列、后台进程、日志和存储此刻是否正常。', 'Whether queues, workers, log and storage are well now.'),
      body: <Condition of={await readHealth(rx)} scanner={await scannerHealth(rx)} />,
    }),
  }),
]
