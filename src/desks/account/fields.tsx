import { allDivisions, type Division, division, provinceOf } from '../../kernel/division.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { institutionKinds, type Organization, requestableRoles, roleWords } from '../../modules/identity/index.ts'
import { useWords } from '../../web/context.ts'
import { Field } from '../../web/form.tsx'

const home = '14'

/** A division with those above it: 山西省太原市小店区. */
function fullName({ name, parent }: Division): string {
  const above = parent === undefined ? undefined : division(parent)
  return (above ? fullName(above) : '') + name
}

/** A division in words with its code; by its own name where it has no English one. */
export function divisionWords(code: string): Text {
  const found = division(code)
  if (!found) return text(code, code)
  const province = provinceOf(code)
  const within = found.level === 'province' || !province?.nameEn ? '' : `, ${province.nameEn}`
  return text(`${fullName(found)}（${code}）`, `${found.nameEn ?? found.name}${within} (${code})`)
}

/** Every division, those of the home province first. */
const divisionOptions = [...allDivisions()]
  .sort((a, b) => Number(b.code.startsWith(home)) - Number(a.code.startsWith(home)) || a.code.localeCompare(b.code))
  .map(({ code }) => [code, divisionWords(code)] as const)

type Known = Partial<Organization>

function Contact({ known }: { known: Known }) {
  return (
    <>
      <Field
        name="address"
        label={text('住所', 'Address')}
        value={known.address}
        autocomplete="street-address"
        maxLength={200}
        isRequired
      />
      <Field
        name="contactName"
        label={text('联系人', 'Person to contact')}
        value={known.contactName}
        autocomplete="name"
        maxLength={100}
        isRequired
      />
      <Field
        name="contactPhone"
        kind="tel"
        label={text('联系电话', 'Telephone')}
        value={known.contactPhone}
        autocomplete="tel"
        isRequired
      />
      <Field
        name="roles"
        kind="checks"
        label={text('申请的身份（可多选）', 'Roles asked for (one or more)')}
        options={requestableRoles.map(role => [role, roleWords[role]!.name, roleWords[role]!.about])}
        value={known.requestedRoles}
      />
    </>
  )
}

/** What an institution is (Art 38): the kinds of public service are those of the rules. */
export function KindFields({ known, now, isAsked }: { known: Partial<Organization>; now: Date; isAsked?: boolean }) {
  const kinds = rulesAt(now).lists.publicServiceKinds.items
  return (
    <>
      <Field
        name="institutionKind"
        kind="select"
        label={text('机构类别（申请公共机构身份的填写）', 'Kind of institution (for who asks to be one)')}
        hint={text(
          '第三十八条。信用代码以 1 开头的为公共机构；供水、供电等企业选公共服务企业。',
          'Art. 38. Codes beginning with 1 are public institutions; water, power and the like are public service enterprises.',
        )}
        options={Object.entries(institutionKinds)}
        value={known.institutionKind}
        isRequired={isAsked === true}
      />
      <Field
        name="serviceKind"
        kind="select"
        label={text('公共服务行业（公共服务企业填写）', 'Kind of public service (for such enterprises)')}
        options={kinds.map(({ code, name }) => [code, name] as const)}
        value={known.serviceKind}
      />
    </>
  )
}

/** What an organisation says of itself, for registration and for correction. */
export function OrganizationFields({ known = {}, now }: { known?: Known; now: Date }) {
  const t = useWords()
  return (
    <>
      <Field
        name="uscc"
        label={text('统一社会信用代码', 'Unified social credit code')}
        hint={text(
          '营业执照上的 18 位代码，字母用大写。',
          'The 18 characters on the business licence, letters in capitals.',
        )}
        value={known.uscc}
        maxLength={18}
        autocomplete="off"
        isRequired
        data-uscc
        data-good={t(text('✓ 校验位正确', '✓ The check character is right'))}
        data-bad={t(
          text('校验位不符，请对照营业执照核对', 'The check character does not fit; compare it with the licence'),
        )}
        data-form={t(
          text(
            '第 3–8 位应为数字，且不含字母 I、O、S、V、Z',
            'Characters 3 to 8 are digits, and I, O, S, V and Z do not occur',
          ),
        )}
      />
      <Field
        name="nameZh"
        label={text('机构名称', 'Name in Chinese')}
        hint={text('与营业执照或登记证书一致。', 'As on the licence.')}
        value={known.nameZh}
        autocomplete="organization"
        maxLength={120}
        isRequired
      />
      <Field
        name="nameEn"
        label={text('英文名称（可不填）', 'Name in English (may be left out)')}
        value={known.nameEn}
        maxLength={160}
      />
      <Field
        name="division"
        kind="select"
        label={text('所在行政区划', 'Division')}
        hint={text(
          '不选则按信用代码第 3–8 位确定；决定由哪个主管部门备案核查。',
          'By characters 3 to 8 of the code unless you choose; it decides which authority checks your filings.',
        )}
        options={divisionOptions}
        value={known.division}
        data-division
      />
      <Contact known={known} />
      <KindFields known={known} now={now} />
    </>
  )
}
