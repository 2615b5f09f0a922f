CREATE TABLE "settlement"."event_poll" (
	"gateway" text PRIMARY KEY NOT NULL,
	"polled_until" timestamp (3) with time zone NOT NULL
);
