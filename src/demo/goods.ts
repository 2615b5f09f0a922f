import type { Goods } from './trade.ts'

const weatherColumns = [
  { name: 'date', meaning: '观测日期 Day of observation' },
  { name: 'precipitation', unit: 'mm', meaning: '日降水量 Daily precipitation' },
  { name: 'temp_max', unit: '℃', meaning: '日最高气温 Daily maximum temperature' },
  { name: 'temp_min', unit: '℃', meaning: '日最低气温 Daily minimum temperature' },
  { name: 'wind', unit: 'm/s', meaning: '日平均风速 Daily mean wind speed' },
  { name: 'weather', meaning: '天气类别 Kind of weather' },
]

const divisionColumns = [
  { name: 'code', meaning: '统计用区划代码 Statistical division code' },
  { name: 'name', meaning: '区划名称 Name of the division' },
  { name: 'level', meaning: '层级（省、市、县、乡） Level' },
  { name: 'parent', meaning: '上级区划代码 Code of the parent division' },
]

const common = {
  type: 'dataset',
  rightsKind: 'use',
  isExclusive: false,
  mayResell: false,
  termMonths: 12,
  area: '中华人民共和国境内',
  grade: 'general',
  containsPersonalInfo: false,
  isPublicData: false,
  isCrossBorder: false,
  deliveryMode: 'download',
  isSilenceAcceptance: true,
  acceptanceStandard: '文件摘要与合同附件一致，字段、行数与数据字典相符，能够正常打开读取。',
}

/** Daily weather 2012–2015: the story's goods. */
export const weather: Goods = {
  file: 'seattle-weather.csv',
  columns: weatherColumns,
  amountFen: 1_288_800,
  content: {
    ...common,
    nameZh: '逐日气象观测数据集（2012–2015年）',
    nameEn: 'Daily weather observations 2012–2015',
    abstract:
      '四年逐日气象观测：降水量、最高与最低气温、风速和天气类别，共 1461 天，无缺测。适用于农业生产分析、保险精算和能源负荷研究。',
    industry: 'M',
    theme: 'agriculture',
    keywords: ['气象', '降水', '气温', '农业'],
    sourceCategory: 'collected',
    sourceStatement:
      '整理自美国国家海洋和大气管理局（NOAA）公开发布的逐日观测资料，该资料属于公有领域，可自由使用和再加工。',
    updateFrequency: 'once',
    purposesAllowed: ['农业生产分析', '保险精算', '科学研究'],
    purposesProhibited: ['冒充官方气象预报对外发布', '危害国家安全和公共利益的用途'],
  },
}

/** The divisions of Shanxi, from province to township; given away. */
export const divisions: Goods = {
  file: 'shanxi-divisions.csv',
  columns: divisionColumns,
  amountFen: 0,
  content: {
    ...common,
    nameZh: '山西省行政区划代码表（省至乡镇）',
    nameEn: 'Administrative divisions of Shanxi, province to township',
    abstract: '山西省省、市、县、乡四级行政区划的统计用代码、名称、层级和上级代码，可直接用于数据对接与地址标准化。',
    industry: 'I',
    theme: 'smart-city',
    keywords: ['行政区划', '代码', '地址标准化'],
    sourceCategory: 'collected',
    sourceStatement: '整理自国家统计局公开发布的统计用区划代码，属于依法公开的事实信息。',
    updateFrequency: 'yearly',
    purposesAllowed: ['数据治理与对接', '科学研究', '公共服务'],
    purposesProhibited: ['伪造、篡改行政区划信息对外发布'],
  },
}

type Variant = readonly [nameZh: string, nameEn: string, theme: string, industry: string, yuan: number]

const weatherVariants: readonly Variant[] = [
  ['农业气象灾害分析用逐日降水数据', 'Daily precipitation for agricultural hazard analysis', 'agriculture', 'A', 6800],
  ['光伏与风电负荷预测气象数据集', 'Weather data for solar and wind load forecasting', 'industry-energy', 'D', 23600],
  ['文旅客流预测天气特征库', 'Weather features for tourist flow forecasting', 'services-culture-tourism', 'N', 5200],
  ['城市内涝预警历史降水序列', 'Historical rainfall series for urban flooding', 'public-safety', 'N', 9900],
  ['公共卫生研究用气温序列', 'Temperature series for public health research', 'health-care', 'Q', 0],
]

const divisionVariants: readonly Variant[] = [
  ['政务数据对接区划主数据', 'Division master data for government data exchange', 'macro-regulation', 'S', 0],
  ['物流网点选址区划底表', 'Division base table for logistics siting', 'smart-city', 'G', 3600],
  ['养老服务设施规划区划数据', 'Division data for elderly-care planning', 'elderly-care', 'Q', 1200],
  ['社会保障业务地址标准库', 'Standard addresses for social security', 'social-security', 'S', 2600],
  ['市场主体地址归一化词库', 'Address normalisation for market entities', 'market-supervision', 'L', 4800],
]

const variant =
  (base: Goods) =>
  ([nameZh, nameEn, theme, industry, yuan]: Variant): Goods => ({
    ...base,
    amountFen: yuan * 100,
    content: { ...base.content, nameZh, nameEn, theme, industry },
  })

/** What the demo exchange lists besides: a weather house's and a surveyor's offers. */
export const shelf = {
  weather: weatherVariants.map(variant(weather)),
  divisions: divisionVariants.map(variant(divisions)),
}
