import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/kernel/schema.ts',
    './src/modules/*/schema.ts',
    './src/modules/catalog/demand/schema.ts',
    './src/modules/settlement/online/schema.ts',
    './src/modules/settlement/invoicing/schema.ts',
    './src/modules/settlement/reconciling/schema.ts',
  ],
  out: './migrations',
  casing: 'snake_case',
  breakpoints: true,
})
