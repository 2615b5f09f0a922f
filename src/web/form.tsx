import { randomUUID } from 'node:crypto'
import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { type Text, text } from '../kernel/text.ts'
import { useReader, useWords } from './context.ts'
import { demoPassword } from './demopassword.ts'
import { Leftovers, Refusal } from './refusal.tsx'
import type { FormState } from './state.ts'

interface Surroundings {
  readonly state: FormState | undefined
  /** prefix of ids, so that two forms of a page share none */
  readonly id: string
  /** pointers of the fields that were rendered */
  readonly shown: Set<string>
}

const FormContext = createContext<Surroundings>({ state: undefined, id: 'f', shown: new Set() })

const idOf = (to: string) => to.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()

const fieldId = (form: string, name: string) => `${form}-${name.split('~')[0]!.replace(/[^A-Za-z0-9]+/g, '-')}`

export interface FormProps {
  /** The API route it stands for, without `/api/v1`: `POST /contracts/…/sign` */
  readonly to: string
  /** Where success leads: a path in which `{id}` is taken from the answer; this page again unless told. `{url}` alone: the address that was answered. */
  readonly then?: string
  /** Shows this page again with the answer in `reader.form.reply` instead of leading on: for what is shown once. */
  readonly isShown?: boolean
  /** `to` is a page's own handler (`POST /sign-in`), not a route of the API. */
  readonly isOwn?: boolean
  /** The form sends a file (which must be its last field). */
  readonly hasFile?: boolean
  readonly class?: string
  readonly children?: ComponentChildren
  /** Marks for our scripts: `data-autosave` and the like. */
  readonly [mark: `data-${string}`]: string | boolean | undefined
}

/**
 * A form over a route of the API; works without scripts. It carries a forgery token, a key of its own (a second click
 * repeats nothing), the page to return to and the organisation that the page was made for.
 */
export function Form({ to, then, isShown, isOwn, hasFile, children, class: className, ...marks }: FormProps) {
  const reader = useReader()
  const [method = 'POST', path = ''] = to.split(' ')
  const state = reader.form?.to === to ? reader.form : undefined
  const id = idOf(to)
  const shown = new Set<string>()
  const hidden = {
    _csrf: reader.token(),
    _key: randomUUID(),
    _from: reader.url,
    ...(then && { _then: then }),
    ...(isShown && { _show: '1' }),
    ...(method !== 'POST' && { _method: method }),
    ...(reader.actor.organizationId && { _as: reader.actor.organizationId }),
  }
  return (
    <form
      method="post"
      action={isOwn ? path : `/forms${path}`}
      class={className}
      id={id}
      {...(hasFile && { enctype: 'multipart/form-data' })}
      data-once
      {...marks}
    >
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {state && <Refusal state={state} />}
      <FormContext.Provider value={{ state, id, shown }}>{children}</FormContext.Provider>
      {state && <Leftovers state={state} shown={shown} />}
    </form>
  )
}

export interface FieldProps {
  /** Place in the API's body: `price.amountFen~yuan`, `columns.0.unit`; what follows the tilde is how a person writes it (yuan, lines, percent, time, day). */
  readonly name: string
  readonly label: Text
  readonly hint?: Text
  readonly kind?:
    | 'text'
    | 'email'
    | 'password'
    | 'tel'
    | 'number'
    | 'date'
    | 'datetime-local'
    | 'search'
    | 'url'
    | 'area'
    | 'select'
    | 'radios'
    | 'checks'
    | 'check'
    | 'file'
  /** What stands there at first. */
  readonly value?: string | number | boolean | readonly string[] | null | undefined
  readonly options?: readonly (readonly [value: string, words: Text | string, hint?: Text])[]
  readonly isRequired?: boolean
  readonly autocomplete?: string
  readonly rows?: number
  readonly maxLength?: number
  readonly accept?: string
  readonly inputMode?: 'numeric' | 'decimal' | 'text'
  readonly pattern?: string
  readonly placeholder?: Text
  readonly min?: string | number
  readonly max?: string | number
  readonly isReadOnly?: boolean
  /** a data list's options: suggestions that bind to nothing */
  readonly suggestions?: readonly string[]
  readonly [mark: `data-${string}`]: string | boolean | undefined
}

const given = (value: FieldProps['value']): readonly string[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? value : [String(value)]

/** What a field shows: what was typed, else what it was given; and what is wrong with it. */
function useField({ name, value }: Pick<FieldProps, 'name' | 'value'>) {
  const { state, id, shown } = useContext(FormContext)
  const pointer = `/${name.split('~')[0]!.replaceAll('.', '/')}`
  shown.add(pointer)
  const typed = state && !state.reply ? state.values[name] : undefined
  const errors = (state?.problem?.errors ?? []).filter(
    error => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`),
  )
  return { id: fieldId(id, name), values: typed ?? given(value), errors }
}

/** A choice that is data has one language, which may not be the page's. */
const languageOf = (words: Text | string, page: string): string | undefined =>
  page === 'en' && typeof words === 'string' && /\p{Script=Han}/u.test(words) ? 'zh-CN' : undefined

function Choices({ props, values, described }: { props: FieldProps; values: readonly string[]; described: object }) {
  const t = useWords()
  const { language } = useReader()
  const say = (words: Text | string) => (typeof words === 'string' ? words : t(words))
  const type = props.kind === 'radios' ? 'radio' : 'checkbox'
  return (
    <div class="choices">
      {type === 'checkbox' && <input type="hidden" name={props.name} value="" />}
      {props.options?.map(([value, words, hint]) => (
        <label class="form-check" key={value}>
          <input
            class="form-check-input"
            type={type}
            name={props.name}
            value={value}
            checked={values.includes(value)}
            required={type === 'radio' && props.isRequired === true}
            {...described}
          />
          <span class="form-check-label" lang={languageOf(words, language)}>
            {say(words)}
          </span>
          {hint && <span class="form-check-description">{t(hint)}</span>}
        </label>
      ))}
    </div>
  )
}

function Control({
  props,
  id,
  values,
  described,
}: {
  props: FieldProps
  id: string
  values: readonly string[]
  described: object
}) {
  const t = useWords()
  const { language } = useReader()
  const {
    kind = 'text',
    name,
    label: _label,
    hint: _hint,
    value: _value,
    options,
    isRequired,
    isReadOnly,
    suggestions,
    placeholder,
    rows,
    inputMode,
    autocomplete,
    ...rest
  } = props
  const value = values.at(-1) ?? ''
  const common = {
    id,
    name,
    required: isRequired === true,
    readOnly: isReadOnly === true,
    ...(autocomplete && { autocomplete }),
    ...(inputMode && { inputmode: inputMode }),
    ...(placeholder && { placeholder: t(placeholder) }),
    ...rest,
    ...described,
  }
  if (kind === 'area')
    return (
      <textarea class="form-control" rows={rows ?? 4} {...common}>
        {value}
      </textarea>
    )
  if (kind === 'select') {
    const { readOnly: _readOnly, ...select } = common
    return (
      <select class="form-select" {...select}>
        {!(isRequired && value !== '') && <option value="">{t(text('请选择', 'Choose'))}</option>}
        {options?.map(([each, words]) => (
          <option key={each} value={each} selected={each === value} lang={languageOf(words, language)}>
            {typeof words === 'string' ? words : t(words)}
          </option>
        ))}
      </select>
    )
  }
  const list = suggestions && `${id}-list`
  return (
    <>
      <input
        class="form-control"
        type={kind as 'text'}
        {...(kind !== 'file' && kind !== 'password' && { value })}
        {...(list && { list })}
        {...common}
      />
      {suggestions && (
        <datalist id={list}>
          {suggestions.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  )
}

/** The hint of a field; where an invented person of a demo proves who they are, also how. */
function useHint({ hint, kind, autocomplete }: FieldProps): Text | undefined {
  const { isDemo } = useReader()
  if (!isDemo || kind !== 'password' || autocomplete !== 'current-password') return hint
  return text(
    `${hint?.zh ?? ''}演示账号的密码都是：${demoPassword}`,
    `${hint ? `${hint.en} ` : ''}The password of every demo account: ${demoPassword}`,
  )
}

/** A field of a form with its label, its hint, and what was wrong with it beside it. */
export function Field(props: FieldProps) {
  const t = useWords()
  const { id, values, errors } = useField(props)
  const { label, kind, isRequired } = props
  const hint = useHint(props)
  const isGroup = kind === 'radios' || kind === 'checks'
  const about = [hint && `${id}-hint`, errors.length > 0 && `${id}-error`].filter(Boolean).join(' ')
  const described = {
    ...(about !== '' && { 'aria-describedby': about }),
    ...(errors.length > 0 && { 'aria-invalid': 'true' as const }),
  }
  const notes = (
    <>
      {hint && (
        <small class="form-hint" id={`${id}-hint`}>
          {t(hint)}
        </small>
      )}
      {errors.length > 0 && (
        <div class="invalid-feedback d-block" id={`${id}-error`}>
          {errors.map(error => (
            <div key={error.pointer + error.message}>
              {error.message}
              {error.remedy && t(text('；', '; ')) + error.remedy}
            </div>
          ))}
        </div>
      )}
    </>
  )
  const mark = isRequired ? ' required' : ''
  if (kind === 'check')
    return (
      <div class="mb-3">
        <input type="hidden" name={props.name} value="false" />
        <label class="form-check mb-0">
          <input
            class="form-check-input"
            type="checkbox"
            id={id}
            name={props.name}
            value="true"
            checked={values.at(-1) === 'true'}
            {...described}
          />
          <span class="form-check-label">{t(label)}</span>
        </label>
        {notes}
      </div>
    )
  if (isGroup)
    return (
      <fieldset class="mb-3" id={id}>
        <legend class={`form-label${mark}`}>{t(label)}</legend>
        <Choices props={props} values={values} described={described} />
        {notes}
      </fieldset>
    )
  return (
    <div class={errors.length > 0 ? 'mb-3 has-error' : 'mb-3'}>
      <label class={`form-label${mark}`} for={id}>
        {t(label)}
      </label>
      <Control props={props} id={id} values={values} described={described} />
      {notes}
    </div>
  )
}

/** The button that sends a form. `tone`: the page's one primary action, an ordinary one, or a dangerous one. */
export function Submit({
  children,
  tone = 'primary',
  name,
  value,
  isSmall,
}: {
  children: ComponentChildren
  tone?: 'primary' | 'plain' | 'danger' | 'good'
  name?: string
  value?: string
  isSmall?: boolean
}) {
  const look = { primary: 'btn-primary', plain: '', danger: 'btn-danger', good: 'btn-success' }[tone]
  return (
    <button type="submit" class={`btn ${look}${isSmall ? ' btn-sm' : ''}`} {...(name && { name, value })}>
      {children}
    </button>
  )
}

/**
 * Asks before what cannot be undone: a closed door that names the consequence once opened, with the form inside.
 * Works without scripts.
 */
export function Confirm({
  label,
  consequence,
  tone = 'danger',
  children,
  isOpen,
}: {
  label: Text
  consequence: Text
  tone?: 'danger' | 'plain' | 'primary'
  children: ComponentChildren
  isOpen?: boolean
}) {
  const t = useWords()
  const look = { danger: 'btn-outline-danger', plain: '', primary: 'btn-primary' }[tone]
  return (
    <details class="confirm" open={isOpen === true}>
      <summary class={`btn ${look}`}>{t(label)}</summary>
      <div class="confirm-body card card-body">
        <p class="mb-2">{t(consequence)}</p>
        {children}
      </div>
    </details>
  )
}
