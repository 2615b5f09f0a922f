/** The password of everybody in a demo exchange, whose people are invented: shown wherever one of them must type it. */
export const demoPassword = '晋数演示-open-2026'
