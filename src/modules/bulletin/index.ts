export { announcementMachine, kinds as announcementKinds } from './model.ts'
export { listAnnouncements, readAnnouncement } from './queries.ts'
export { routes } from './routes.ts'
export type { AnnouncementRow } from './service.ts'
