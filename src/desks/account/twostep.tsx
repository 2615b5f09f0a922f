import QRCode from 'qrcode'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { pendingTwoStep, requiresTwoStep, twoStepStanding } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Copyable, Notice, Steps } from '../../web/parts.tsx'
import type { Reader } from '../../web/reader.ts'
import { page } from '../page.tsx'
import { Rooms } from './profile.tsx'

interface Setup {
  readonly secret: string
  /** the QR code of the secret as SVG, made of paths only */
  readonly picture: string
}

const steps = [
  text('输入密码', 'Password'),
  text('扫描二维码', 'Scan the code'),
  text('保存恢复码', 'Keep the recovery codes'),
]

const password = (
  <Field
    name="password"
    kind="password"
    label={text('登录密码', 'Your password')}
    autocomplete="current-password"
    isRequired
  />
)

function Begin() {
  const t = useWords()
  return (
    <div class="narrow">
      <p>
        {t(
          text(
            '两步登录在密码之外，再要求手机上每 30 秒变化一次的 6 位验证码：密码泄露，别人也进不来。',
            'Besides the password, two-step sign-in asks for six digits that change on your phone every 30 seconds: a password alone lets nobody in.',
          ),
        )}
      </p>
      <p>
        {t(
          text(
            '您需要一个身份验证器应用，例如 Microsoft Authenticator、Google Authenticator、腾讯身份验证器，或任何支持 TOTP 的应用。',
            'You need an authenticator app such as Microsoft Authenticator, Google Authenticator or any other that does TOTP.',
          ),
        )}
      </p>
      <Steps of={steps.map(t)} at={0} />
      <Card>
        <Form to="POST /me/two-step">
          {password}
          <Submit>{t(text('开始设置', 'Set it up'))}</Submit>
        </Form>
      </Card>
    </div>
  )
}

function Scan({ setup }: { setup: Setup }) {
  const t = useWords()
  return (
    <>
      <Steps of={steps.map(t)} at={1} />
      <div class="split">
        <Card title={t(text('在身份验证器中扫描', 'Scan it with the app'))}>
          <div
            class="qr"
            role="img"
            aria-label={t(text('两步登录密钥的二维码', 'QR code of the secret'))}
            dangerouslySetInnerHTML={{ __html: setup.picture }}
          />
          <p class="mb-1">{t(text('无法扫描？手动输入密钥：', 'Cannot scan? Type the secret:'))}</p>
          <Copyable>{setup.secret}</Copyable>
        </Card>
        <Card title={t(text('输入显示的验证码', 'Enter the code that it shows'))}>
          <Form to="POST /me/two-step/confirm" isShown>
            <Field
              name="code"
              label={text('6 位验证码', 'Six digits')}
              autocomplete="one-time-code"
              inputMode="numeric"
              maxLength={7}
              isRequired
            />
            <Submit>{t(text('启用两步登录', 'Turn it on'))}</Submit>
          </Form>
        </Card>
      </div>
      <p class="form-hint">
        {t(
          text(
            '密钥只在这 30 分钟内显示；输入验证码之前，登录方式不变。',
            'The secret is shown for 30 minutes only; sign-in stays as it is until the code is entered.',
          ),
        )}
      </p>
    </>
  )
}

/** The recovery codes, the one time that anybody can read them. */
function Codes({ codes }: { codes: readonly string[] }) {
  const t = useWords()
  return (
    <section class="card card-body recovery" aria-labelledby="codes">
      <h2 id="codes" class="h3 mt-0">
        {t(text('恢复码（仅显示这一次）', 'Recovery codes (shown this once)'))}
      </h2>
      <p>
        {t(
          text(
            '手机丢失或更换时，用一个恢复码代替验证码登录，每个只能用一次。请打印或抄写后妥善保管，不要与密码放在一起。',
            'When your phone is lost or changed, a recovery code takes the place of the six digits, each once. Print or copy them and keep them safe, apart from your password.',
          ),
        )}
      </p>
      <ol class="codes">
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="row-gap">
        <button type="button" class="btn" data-print hidden>
          {t(text('打印', 'Print'))}
        </button>
        <a class="btn btn-primary" href="/start">
          {t(text('已保存，继续', 'Kept; go on'))}
        </a>
      </div>
    </section>
  )
}

function Manage({ left }: { left: number }) {
  const t = useWords()
  return (
    <>
      <p class="row-gap">
        <Badge tone="good">{t(text('已开启', 'On'))}</Badge>
        {t(text(`剩余 ${left} 个恢复码`, `${left} recovery ${left === 1 ? 'code' : 'codes'} left`))}
      </p>
      {left < 3 && (
        <Notice tone="warn">
          {t(text('恢复码快用完了，请换发新的。', 'Few recovery codes are left; make new ones.'))}
        </Notice>
      )}
      <div class="columns">
        <Card title={t(text('换发恢复码', 'New recovery codes'))}>
          <p>{t(text('换发后，以前的恢复码全部作废。', 'All earlier codes become void.'))}</p>
          <Form to="POST /me/recovery-codes" isShown>
            {password}
            <Submit tone="plain">{t(text('换发恢复码', 'Make new codes'))}</Submit>
          </Form>
        </Card>
        <Card title={t(text('关闭两步登录', 'Turn it off'))}>
          <p>
            {t(
              text(
                '更换手机：先在这里关闭，再用新手机重新设置。',
                'To change phones: turn it off here, then set it up with the new one.',
              ),
            )}
          </p>
          <Confirm
            label={text('关闭两步登录', 'Turn two-step sign-in off')}
            consequence={text(
              '之后只凭密码即可登录，恢复码全部作废；承担财务、监管或运营职责的人员将暂时无法办理业务。',
              'The password alone opens your account then, and the recovery codes become void; with duties of finance, supervision or the operator you cannot work until it is on again.',
            )}
          >
            <Form to="DELETE /me/two-step">
              {password}
              <Field
                name="code"
                label={text('验证码或恢复码', 'Code or recovery code')}
                autocomplete="one-time-code"
                maxLength={20}
                isRequired
              />
              <Submit tone="danger">{t(text('关闭', 'Turn off'))}</Submit>
            </Form>
          </Confirm>
        </Card>
      </div>
    </>
  )
}

/** Why a person is asked to set it up. */
function Demand({ isOn }: { isOn: boolean }) {
  const t = useWords()
  const { actor, viewer, isDemo } = useReader()
  const isRequired = !isDemo && viewer?.memberships.some(each => requiresTwoStep(each.duties, each.roles))
  if (isOn || !isRequired) return null
  return (
    <Notice tone="warn" isAlert title={t(text('您的职责要求两步登录', 'Your duties take two-step sign-in'))}>
      {actor.lacksTwoStep
        ? t(
            text(
              '财务职责、监管机构和运营机构的人员开启两步登录后才能办理业务；完成以下设置即可继续。',
              'Finance duties, authorities and the operator work with two-step sign-in only; set it up here and go on.',
            ),
          )
        : t(text('您在另一机构的职责需要它。', 'Your duties in another organisation of yours need it.'))}
    </Notice>
  )
}

function codesOf(reader: Reader): readonly string[] | undefined {
  const codes = reader.form?.reply?.recoveryCodes
  return Array.isArray(codes) ? codes.map(String) : undefined
}

function TwoStep({ isOn, left, setup }: { isOn: boolean; left: number; setup: Setup | undefined }) {
  const reader = useReader()
  const codes = codesOf(reader)
  return (
    <>
      <Rooms />
      <Demand isOn={isOn} />
      {codes && <Codes codes={codes} />}
      {isOn ? !codes && <Manage left={left} /> : setup ? <Scan setup={setup} /> : <Begin />}
    </>
  )
}

export const twoStepRoutes: Route[] = [
  page({
    at: 'GET /account/two-step',
    operation: 'showTwoStep',
    permission: 'person.read-self',
    summary: text('两步登录', 'Two-step sign-in'),
    run: async rx => {
      const { isOn, recoveryCodesLeft } = await twoStepStanding(rx)
      const pending = isOn ? undefined : await pendingTwoStep(rx)
      const setup = pending && {
        secret: pending.secret,
        picture: await QRCode.toString(pending.uri, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' }),
      }
      return {
        title: text('两步登录', 'Two-step sign-in'),
        trail: [['/account', text('我的账号', 'My account')]],
        cacheControl: 'no-store',
        body: <TwoStep isOn={isOn} left={recoveryCodesLeft} setup={setup} />,
      }
    },
  }),
]
