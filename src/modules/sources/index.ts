export {
  type DataElement,
  type ElementMatch,
  elementOf,
  type Named,
  normalizeName,
  normalizeStandard,
  standardElements,
} from './elements.ts'
