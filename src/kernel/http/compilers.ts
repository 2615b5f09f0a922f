import { setImmediate as nextTurn } from 'node:timers/promises'
import AjvCompiler from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Compiles every schema not yet asked for, a turn of the event loop each. @throws what is wrong with a schema */
    compileSchemas(): Promise<void>
  }
}

type Validate = ((data: unknown) => unknown) & { errors?: unknown }

/** Hundreds of routes take a second to compile: each is compiled when it is first asked, or ahead of that. */
class Later<F> {
  readonly #compile: () => F
  #compiled: F | undefined
  constructor(compile: () => F) {
    this.#compile = compile
  }
  get(): F {
    this.#compiled ??= this.#compile()
    return this.#compiled
  }
}

/**
 * One validator for bodies, which coerces nothing, and one for the text parts (path, query, headers), which arrive as
 * strings. All errors are reported and nothing is removed silently. Answers are written by the schema of their route.
 */
export function useCompilers(app: FastifyInstance): void {
  const all: Later<unknown>[] = []
  const later = <F>(compile: () => F): Later<F> => {
    const each = new Later(compile)
    all.push(each)
    return each
  }
  const validators = AjvCompiler()
  const validatorOf = (isText: boolean) =>
    later(() =>
      validators(
        app.getSchemas() as never,
        {
          customOptions: { allErrors: true, removeAdditional: false, coerceTypes: isText ? 'array' : false },
          plugins: [],
        } as never,
      ),
    )
  const [ofBodies, ofText] = [validatorOf(false), validatorOf(true)]
  const validatorCompiler: FastifySchemaCompiler<unknown> = route => {
    const validator = route.httpPart === 'body' ? ofBodies : ofText
    const compiled = later(() => validator.get()(route as never) as unknown as Validate)
    const validate: Validate = data => {
      const of = compiled.get()
      const answer = of(data)
      validate.errors = of.errors
      return answer
    }
    return validate as never
  }
  const serializers = later(() => SerializerSelector()(app.getSchemas()))
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(route => {
    const compiled = later(() => serializers.get()(route as never))
    return data => compiled.get()(data)
  })
  app.decorate('compileSchemas', async () => {
    for (const each of all) {
      each.get()
      await nextTurn()
    }
  })
}
