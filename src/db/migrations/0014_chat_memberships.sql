CREATE TABLE "chat_link_requests" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"vendor" text NOT NULL,
	"session_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"chat_user_id" text,
	"name" text
);
--> statement-breakpoint
CREATE TABLE "chat_links" (
	"user_id" uuid NOT NULL,
	"vendor" text NOT NULL,
	"chat_user_id" text NOT NULL,
	"name" text NOT NULL,
	"linked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chat_links_user_id_vendor_pk" PRIMARY KEY("user_id","vendor"),
	CONSTRAINT "chat_links_once" UNIQUE("vendor","chat_user_id")
);
--> statement-breakpoint
CREATE TABLE "chat_memberships" (
	"vendor" text NOT NULL,
	"room" text NOT NULL,
	"chat_user_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"state" text DEFAULT 'outside' NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"leased_until" timestamp with time zone,
	"try_after" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_problem" text,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"looked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chat_memberships_vendor_room_chat_user_id_pk" PRIMARY KEY("vendor","room","chat_user_id")
);
--> statement-breakpoint
CREATE TABLE "chat_rooms" (
	"vendor" text NOT NULL,
	"chat_id" text NOT NULL,
	"invite_link" text NOT NULL,
	CONSTRAINT "chat_rooms_vendor_chat_id_pk" PRIMARY KEY("vendor","chat_id")
);
--> statement-breakpoint
ALTER TABLE "chat_link_requests" ADD CONSTRAINT "chat_link_requests_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_links" ADD CONSTRAINT "chat_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chat_memberships" ADD CONSTRAINT "chat_memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chat_link_requests_user" ON "chat_link_requests" USING btree ("user_id","vendor");--> statement-breakpoint
CREATE INDEX "chat_memberships_user" ON "chat_memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "chat_memberships_looked" ON "chat_memberships" USING btree ("vendor","looked_at");