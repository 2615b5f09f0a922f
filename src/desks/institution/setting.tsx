import { text } from '../../kernel/text.ts'
import { auths, type PullRow, pullFormats, rhythms, scheduleOf, type Versioned } from '../../modules/resources/index.ts'
import { useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'

function Credential({ of: pull }: { of: PullRow | undefined }) {
  return (
    <>
      <Field
        name="auth"
        kind="select"
        label={text('访问凭据', 'Credential')}
        options={Object.entries(auths)}
        value={pull?.auth ?? 'none'}
        isRequired
      />
      <Field
        name="userName"
        label={text('用户名（Basic）', 'User (Basic)')}
        value={pull?.userName}
        maxLength={200}
        autocomplete="off"
      />
      <Field
        name="secret"
        kind="password"
        label={text('令牌或密码', 'Token or password')}
        hint={
          pull?.sealedSecret
            ? text('已加密保存，不再显示；不填则保持不变。', 'Kept sealed and never shown; leave it empty to keep it.')
            : text('加密保存，保存后不再显示。', 'Kept sealed and never shown again.')
        }
        maxLength={4000}
        autocomplete="new-password"
      />
    </>
  )
}

/** From where, how often and with what credential the data of an entry is fetched. */
export function PullSetting({ of: { entry, version }, pull }: { of: Versioned; pull: PullRow | undefined }) {
  const t = useWords()
  const derived = scheduleOf(version.updateCycle)
  const { rhythm, day, hour } = pull ?? derived
  return (
    <Form to={`POST /resources/${entry.id}/pull`} then={`/institution/resources/${version.id}/pull`}>
      <Field
        name="url"
        kind="url"
        label={text('数据文件地址', 'Address of the file')}
        hint={text(
          '公网可访问的 https 地址，每次返回完整文件；地址中不要含密码。',
          'A public https address that answers the whole file; no password in it.',
        )}
        value={pull?.url}
        maxLength={2000}
        placeholder={text('https://', 'https://')}
        isRequired
      />
      <Field
        name="format"
        kind="select"
        label={text('文件格式', 'Format')}
        options={pullFormats.map(each => [each, each.toUpperCase()] as const)}
        value={pull?.format ?? 'csv'}
        isRequired
      />
      <Field
        name="rhythm"
        kind="select"
        label={text('获取频率', 'How often')}
        hint={text('已按目录的更新周期填写。', 'Filled in from the update cycle of the entry.')}
        options={Object.entries(rhythms)}
        value={rhythm}
        isRequired
      />
      <Field
        name="day"
        kind="number"
        label={text('哪一天', 'Which day')}
        hint={text(
          '每周：1（周一）至 7（周日）；每月：1 至 28；每天不填。',
          'Weekly: 1 (Monday) to 7; monthly: 1 to 28; daily: none.',
        )}
        value={day}
        min={1}
        max={28}
      />
      <Field
        name="hour"
        kind="select"
        label={text('几点', 'Hour')}
        options={Array.from({ length: 24 }, (_, i) => [String(i), `${String(i).padStart(2, '0')}:00`] as const)}
        value={hour}
        isRequired
      />
      <Credential of={pull} />
      <Field
        name="isAutomatic"
        kind="check"
        label={text('新版本放行后自动挂接到本目录', 'Attach a new version by itself once it is released')}
        value={pull?.isAutomatic ?? true}
      />
      <Submit tone={pull ? 'plain' : 'primary'}>
        {pull ? t(text('保存设置', 'Save')) : t(text('开始定时获取', 'Begin to fetch'))}
      </Submit>
    </Form>
  )
}
