import { stringify } from 'csv-stringify/sync'
import {
  cityMakeup,
  countyMakeup,
  energyMonths,
  nameLexicon,
  rainHazard,
  rainSpells,
  standardAddresses,
  type Table,
  temperatureSeries,
  travelDays,
  wideDivisions,
} from './derived.ts'
import type { Goods } from './trade.ts'

const bytesOf = (table: Table, file: string): string =>
  file.endsWith('.json') ? JSON.stringify(table) : stringify([...table], { header: true })

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

/** What is offered of a derived table: its words, its dictionary, and the function that computes it. */
interface Derived {
  readonly file: string
  readonly make: () => Table
  readonly names: readonly [zh: string, en: string]
  readonly abstract: string
  readonly theme: string
  readonly industry: string
  readonly yuan: number
  readonly keywords: readonly string[]
  readonly columns: Goods['columns']
}

const derive =
  (base: Goods, method: string) =>
  ({ file, make, names: [nameZh, nameEn], abstract, theme, industry, yuan, keywords, columns }: Derived): Goods => ({
    file,
    bytes: () => bytesOf(make(), file),
    columns,
    amountFen: yuan * 100,
    content: {
      ...base.content,
      nameZh,
      nameEn,
      abstract,
      theme,
      industry,
      keywords,
      sourceStatement: `${base.content.sourceStatement}${method}`,
    },
  })

const fromWeather = derive(weather, '在此基础上由本公司逐日计算加工，计算方法见字段说明。')
const fromDivisions = derive(divisions, '在此基础上由本公司按上下级关系整理计算，计算方法见字段说明。')

const date = { name: 'date', meaning: '日期 Day' }

/** What the demo exchange lists besides: a weather house's and a surveyor's offers, each computed from the samples. */
export const shelf = {
  weather: [
    fromWeather({
      file: 'rain-hazard.csv',
      make: rainHazard,
      names: ['农业气象灾害分析用逐日降水数据', 'Daily precipitation for agricultural hazard analysis'],
      abstract: '四年逐日降水及其7天、30天累计量和连续无降水天数，可直接用于旱涝指标计算与农业保险触发条件设计。',
      theme: 'agriculture',
      industry: 'A',
      yuan: 6800,
      keywords: ['降水', '干旱', '累计降水', '农业保险'],
      columns: [
        date,
        { name: 'precipitation', unit: 'mm', meaning: '日降水量 Daily precipitation' },
        { name: 'rain_7_days', unit: 'mm', meaning: '含当日的7天累计降水 Rain of 7 days up to this one' },
        { name: 'rain_30_days', unit: 'mm', meaning: '含当日的30天累计降水 Rain of 30 days up to this one' },
        { name: 'dry_days', unit: '天', meaning: '连续无降水天数 Days in a row without rain' },
      ],
    }),
    fromWeather({
      file: 'energy-months.csv',
      make: energyMonths,
      names: ['光伏与风电负荷预测气象数据集', 'Weather data for solar and wind load forecasting'],
      abstract:
        '按月汇总的风速均值与90分位、有风天数、晴天数以及以18℃为基准的采暖、制冷度日，用于新能源出力与用电负荷预测。',
      theme: 'industry-energy',
      industry: 'D',
      yuan: 23600,
      keywords: ['风速', '光伏', '度日', '负荷预测'],
      columns: [
        { name: 'month', meaning: '月份 Month' },
        { name: 'wind_mean', unit: 'm/s', meaning: '日平均风速的月均值 Mean wind speed' },
        { name: 'wind_p90', unit: 'm/s', meaning: '日平均风速的90分位 90th percentile of wind speed' },
        { name: 'days_wind_over_4', unit: '天', meaning: '风速不低于4 m/s的天数 Days with at least 4 m/s' },
        { name: 'sunny_days', unit: '天', meaning: '晴天数 Sunny days' },
        { name: 'heating_degree_days', unit: '℃·d', meaning: '采暖度日（基准18℃） Heating degree days, base 18 ℃' },
        { name: 'cooling_degree_days', unit: '℃·d', meaning: '制冷度日（基准18℃） Cooling degree days, base 18 ℃' },
      ],
    }),
    fromWeather({
      file: 'travel-days.csv',
      make: travelDays,
      names: ['文旅客流预测天气特征库', 'Weather features for tourist flow forecasting'],
      abstract: '逐日户外适宜度特征：星期、天气类别、日均气温、是否无降水、是否舒适，可与景区客流按日期关联建模。',
      theme: 'services-culture-tourism',
      industry: 'N',
      yuan: 5200,
      keywords: ['天气', '旅游', '客流', '特征'],
      columns: [
        date,
        { name: 'weekday', meaning: '星期（1为星期一） Day of the week, 1 is Monday' },
        { name: 'weather', meaning: '天气类别 Kind of weather' },
        { name: 'temp_mean', unit: '℃', meaning: '最高与最低气温的平均 Mean of maximum and minimum' },
        { name: 'is_dry', meaning: '当日无降水 No rain on that day' },
        { name: 'is_comfortable', meaning: '无降水、最高气温12至28℃且风速低于6 m/s Dry, 12 to 28 ℃, wind below 6 m/s' },
      ],
    }),
    fromWeather({
      file: 'rain-spells.json',
      make: rainSpells,
      names: ['城市内涝预警历史降水序列', 'Historical rainfall series for urban flooding'],
      abstract: '四年间全部204次连续降水过程：起止日期、历时、总量和最大单日降水，用于内涝阈值与重现期分析。',
      theme: 'public-safety',
      industry: 'N',
      yuan: 9900,
      keywords: ['降水过程', '内涝', '预警'],
      columns: [
        { name: 'spell_no', meaning: '过程序号 Number of the spell' },
        { name: 'start_date', meaning: '开始日期 First day' },
        { name: 'end_date', meaning: '结束日期 Last day' },
        { name: 'days', unit: '天', meaning: '历时 Days' },
        { name: 'total_mm', unit: 'mm', meaning: '过程总降水量 Rain in all' },
        { name: 'peak_mm', unit: 'mm', meaning: '最大单日降水量 Rain on the worst day' },
      ],
    }),
    fromWeather({
      file: 'temperature-series.csv',
      make: temperatureSeries,
      names: ['公共卫生研究用气温序列', 'Temperature series for public health research'],
      abstract: '逐日最高、最低气温、日较差、较前日变化，并标注高温、霜冻和骤降，用于气温与健康结局的时间序列研究。',
      theme: 'health-care',
      industry: 'Q',
      yuan: 0,
      keywords: ['气温', '日较差', '高温', '公共卫生'],
      columns: [
        date,
        { name: 'temp_max', unit: '℃', meaning: '日最高气温 Daily maximum' },
        { name: 'temp_min', unit: '℃', meaning: '日最低气温 Daily minimum' },
        { name: 'daily_range', unit: '℃', meaning: '气温日较差 Maximum less minimum' },
        {
          name: 'change_from_previous',
          unit: '℃',
          meaning: '日均气温较前一日的变化 Change of the mean since the day before',
        },
        {
          name: 'spell',
          meaning: 'hot 最高≥30℃，frost 最低≤0℃，cold-snap 较前日降5℃以上，none 无 Hot, frost, cold snap or none',
        },
      ],
    }),
  ],
  divisions: [
    fromDivisions({
      file: 'wide-divisions.csv',
      make: wideDivisions,
      names: ['政务数据对接区划主数据', 'Division master data for government data exchange'],
      abstract: '全省1352个乡级区划的宽表：每行含乡、县、市、省四级名称与代码，不需递归即可关联到任一级。',
      theme: 'macro-regulation',
      industry: 'S',
      yuan: 0,
      keywords: ['行政区划', '主数据', '宽表'],
      columns: [
        { name: 'township_code', meaning: '乡级区划代码 Code of the township' },
        { name: 'township', meaning: '乡级名称 Township' },
        { name: 'county_code', meaning: '县级区划代码 Code of the county' },
        { name: 'county', meaning: '县级名称 County' },
        { name: 'city_code', meaning: '市级区划代码 Code of the city' },
        { name: 'city', meaning: '市级名称 City' },
        { name: 'province', meaning: '省级名称 Province' },
      ],
    }),
    fromDivisions({
      file: 'county-makeup.csv',
      make: countyMakeup,
      names: ['物流网点选址区划底表', 'Division base table for logistics siting'],
      abstract: '全省121个县级区划下辖的街道、镇、乡数量，用于末端网点密度测算与选址。',
      theme: 'smart-city',
      industry: 'G',
      yuan: 3600,
      keywords: ['县域', '网点', '选址'],
      columns: [
        { name: 'county_code', meaning: '县级区划代码 Code of the county' },
        { name: 'county', meaning: '县级名称 County' },
        { name: 'city', meaning: '所属市 City' },
        { name: 'streets', unit: '个', meaning: '街道数 Streets' },
        { name: 'towns', unit: '个', meaning: '镇数 Towns' },
        { name: 'townships', unit: '个', meaning: '乡数 Townships' },
        { name: 'all_townships', unit: '个', meaning: '乡级区划总数 All divisions of township level' },
      ],
    }),
    fromDivisions({
      file: 'city-makeup.csv',
      make: cityMakeup,
      names: ['养老服务设施规划区划数据', 'Division data for elderly-care planning'],
      abstract: '十一个市的县级、乡级区划数和街道占比，用于按城乡结构测算养老服务设施配置。',
      theme: 'elderly-care',
      industry: 'Q',
      yuan: 1200,
      keywords: ['城乡结构', '养老', '规划'],
      columns: [
        { name: 'city', meaning: '市 City' },
        { name: 'counties', unit: '个', meaning: '县级区划数 Counties' },
        { name: 'townships', unit: '个', meaning: '乡级区划数 Townships' },
        { name: 'streets', unit: '个', meaning: '街道数 Streets' },
        { name: 'urban_share_percent', unit: '%', meaning: '街道占乡级区划的比例 Share of streets among townships' },
        { name: 'largest_county', meaning: '乡级区划最多的县 County with the most townships' },
      ],
    }),
    fromDivisions({
      file: 'standard-addresses.csv',
      make: standardAddresses,
      names: ['社会保障业务地址标准库', 'Standard addresses for social security'],
      abstract: '全省1485个区划自省至乡逐级拼接的标准地址前缀，用于参保登记地址校验与补全。',
      theme: 'social-security',
      industry: 'S',
      yuan: 2600,
      keywords: ['标准地址', '校验', '参保登记'],
      columns: [
        { name: 'code', meaning: '区划代码 Code' },
        { name: 'standard_address', meaning: '自省级起逐级拼接的标准名称 Names from the province down' },
        { name: 'level', meaning: '层级（省、市、县、乡） Level' },
        { name: 'depth', meaning: '层数，省为1 Depth, the province is 1' },
      ],
    }),
    fromDivisions({
      file: 'name-lexicon.json',
      make: nameLexicon,
      names: ['市场主体地址归一化词库', 'Address normalisation for market entities'],
      abstract: '区划名称的词干、后缀与重名情况：每个名称对应几个区划、有无歧义，用于企业注册地址的切分与归一。',
      theme: 'market-supervision',
      industry: 'L',
      yuan: 4800,
      keywords: ['地址归一', '词库', '重名'],
      columns: [
        { name: 'name', meaning: '区划名称 Name' },
        { name: 'stem', meaning: '去掉后缀的词干 Name without its suffix' },
        { name: 'suffix', meaning: '后缀 Suffix' },
        { name: 'divisions', unit: '个', meaning: '用此名称的区划数 Divisions of this name' },
        { name: 'is_ambiguous', meaning: '是否重名 Whether several share it' },
        { name: 'codes', meaning: '对应的区划代码，空格分隔 Codes, separated by spaces' },
      ],
    }),
  ],
} as const
