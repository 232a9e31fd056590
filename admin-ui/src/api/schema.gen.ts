// SPDX-License-Identifier: Apache-2.0
// Generated from docs/openapi.json by scripts/generate-client.mjs. Do not edit.
export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List people */
        get: operations["people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One person */
        get: operations["person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Disable a person and end everything */
        post: operations["revoke_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/sessions/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of a person */
        post: operations["end_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one session */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List channels */
        get: operations["channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One channel, with who may be in it now */
        get: operations["channel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List decisions, newest first */
        get: operations["decisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions as they are made (server-sent events named `decision`, each a DecisionSummary) */
        get: operations["decision_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/decisions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why a decision came out as it did */
        get: operations["decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask a question that nobody acts on */
        post: operations["simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schemes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The label schemes, with their colours */
        get: operations["schemes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An error in words (RFC 9457). */
        Problem: {
            title: string;
            /** Format: int32 */
            status: number;
            type?: string;
            detail?: string | null;
            reason?: string | null;
            required_roles?: string[];
            decision_id?: string | null;
        };
        /** @description The system-high marking of this deployment. */
        Banner: {
            text: string;
            bg: string;
            fg: string;
        };
        /** @description Who is signed in to the console, and what every page shows. */
        Me: {
            id: string;
            roles: string[];
            csrf_token: string;
            banner: components["schemas"]["Banner"];
            display_name?: string | null;
            notice?: string | null;
            session?: null | components["schemas"]["OwnSession"];
        };
        OwnSession: {
            id: string;
            /** Format: int32 */
            aal: number;
            /** Format: date-time */
            auth_time: string;
            /** Format: date-time */
            ends_at?: string | null;
        };
        /** @description A label as world files write it. */
        Label: {
            scheme: string;
            level: string;
            compartments?: string[];
            releasable_to?: string[] | null;
            caveats?: string[];
            nationals_only?: boolean;
            /** Format: date-time */
            not_before?: string | null;
            originator_controlled_by?: string | null;
        };
        PersonSummary: {
            id: string;
            kind: string;
            /** @enum {string} */
            status: "active" | "disabled";
            roles: string[];
            nationalities: string[];
            display_name?: string | null;
            agency?: string | null;
            /** Format: date-time */
            last_sign_in?: string | null;
        };
        PersonPage: {
            items: components["schemas"]["PersonSummary"][];
            next_cursor?: string | null;
        };
        Clearance: {
            scheme: string;
            level: string;
            /** @enum {string} */
            kind: "personnel" | "attested" | "emergency" | "service";
            /** @enum {string} */
            state: "active" | "suspended" | "revoked";
            /** Format: date-time */
            valid_from: string;
            /** Format: date-time */
            valid_until: string;
            compartments?: string[];
            attestation?: string | null;
            channel?: string | null;
            source?: string | null;
        };
        PersonSession: {
            id: string;
            /** Format: int32 */
            aal: number;
            /** Format: date-time */
            auth_time: string;
            /** Format: date-time */
            last_activity: string;
            acr?: string | null;
            amr?: string[];
            /** Format: date-time */
            ends_at?: string | null;
            clients?: string[];
            device?: string | null;
        };
        Membership: {
            channel: string;
            name?: string | null;
            label?: null | components["schemas"]["Label"];
            member_allowed?: boolean | null;
            reason?: string | null;
        };
        Person: {
            id: string;
            kind: string;
            /** @enum {string} */
            status: "active" | "disabled";
            roles: string[];
            nationalities: string[];
            missions: string[];
            briefings: string[];
            clearances: components["schemas"]["Clearance"][];
            sessions: components["schemas"]["PersonSession"][];
            memberships: components["schemas"]["Membership"][];
            display_name?: string | null;
            email?: string | null;
            agency?: string | null;
            sponsor?: string | null;
            /** Format: date-time */
            last_sign_in?: string | null;
        };
        /** @description What an act brought about. */
        Ended: {
            /** Format: int32 */
            sessions_ended?: number;
            /** Format: int32 */
            evictions?: number;
        };
        ChannelSummary: {
            id: string;
            label: components["schemas"]["Label"];
            /** @enum {string} */
            state: "open" | "closed";
            label_mode: string;
            listed: boolean;
            /** Format: int32 */
            member_count: number;
            name?: string | null;
            server?: string | null;
            marking?: string | null;
        };
        ChannelPage: {
            items: components["schemas"]["ChannelSummary"][];
            next_cursor?: string | null;
        };
        ChannelMember: {
            id: string;
            member_allowed: boolean;
            display_name?: string | null;
            reason?: string | null;
            reason_text?: string | null;
        };
        Channel: {
            id: string;
            label: components["schemas"]["Label"];
            /** @enum {string} */
            state: "open" | "closed";
            label_mode: string;
            listed: boolean;
            externals_allowed: boolean;
            industry_allowed: boolean;
            missions: string[];
            members: components["schemas"]["ChannelMember"][];
            name?: string | null;
            server?: string | null;
            agency?: string | null;
            owners?: string[] | null;
            recipients?: string[] | null;
            marking?: string | null;
            revision?: string;
            label_drift?: boolean;
        };
        Resource: {
            type: string;
            id: string;
            channel?: string | null;
        };
        /** @description A guard that denies, with its number in the fixed order. */
        Failing: {
            /** Format: int32 */
            number: number;
            code: string;
            text: string;
        };
        Obligation: {
            id: string;
            type: string;
            mandatory: boolean;
        };
        DecisionSummary: {
            id: string;
            /** Format: date-time */
            at: string;
            subject: string;
            action: string;
            resource: components["schemas"]["Resource"];
            /** @enum {string} */
            outcome: "allow" | "deny" | "step_up";
            subject_name?: string | null;
            reason?: string | null;
            /** Format: int32 */
            guard?: number | null;
            server?: string | null;
        };
        DecisionPage: {
            items: components["schemas"]["DecisionSummary"][];
            next_cursor?: string | null;
        };
        StepUp: {
            acr_values: string[];
            /** Format: int64 */
            max_age?: number | null;
            url?: string | null;
        };
        /** @description One decision as it was put on record. */
        Decision: {
            id: string;
            /** Format: date-time */
            at: string;
            subject: string;
            action: string;
            resource: components["schemas"]["Resource"];
            /** @enum {string} */
            outcome: "allow" | "deny" | "step_up";
            failing: components["schemas"]["Failing"][];
            obligations: components["schemas"]["Obligation"][];
            determining: string[];
            inputs: unknown;
            subject_name?: string | null;
            reason?: string | null;
            /** Format: int32 */
            guard?: number | null;
            reason_text?: string | null;
            server?: string | null;
            disclosed?: boolean;
            standing?: boolean;
            step_up?: null | components["schemas"]["StepUp"];
            /** Format: date-time */
            expires_at?: string | null;
            revision?: string | null;
            policy_revision?: string | null;
        };
        SimulatedResource: {
            type: string;
            id: string;
            channel?: string | null;
        };
        /** @description A scenario without its expectation. */
        SimulateRequest: {
            subject: string;
            action: string;
            resource: components["schemas"]["SimulatedResource"];
            context?: {
                label?: components["schemas"]["Label"];
                target?: string;
                to?: string;
                node?: string;
                quotes?: string[];
                approver?: string;
                requester?: string;
            };
            facts?: {
                session?: {
                    /** Format: int32 */
                    aal?: number;
                    /** Format: int64 */
                    auth_age_minutes?: number;
                    /** Format: int64 */
                    idle_minutes?: number;
                    revoked?: boolean;
                };
                device?: string;
                location?: string;
                audit?: string;
            };
            given?: Record<string, never>;
            /** Format: date-time */
            at?: string;
        };
        Simulation: {
            /** @enum {string} */
            outcome: "allow" | "deny" | "step_up";
            failing: components["schemas"]["Failing"][];
            obligations: components["schemas"]["Obligation"][];
            determining: string[];
            inputs: unknown;
            reason?: string | null;
            /** Format: int32 */
            guard?: number | null;
            reason_text?: string | null;
            step_up?: null | components["schemas"]["StepUp"];
            /** Format: date-time */
            expires_at?: string | null;
            revision?: string | null;
            policy_revision?: string | null;
        };
        SchemeLevel: {
            id: string;
            /** Format: int32 */
            rank: number;
            marking: string;
            bg: string;
            fg: string;
            short?: string;
        };
        Scheme: {
            id: string;
            levels: components["schemas"]["SchemeLevel"][];
            version?: string;
            tags?: string[];
        };
        Schemes: {
            schemes: components["schemas"]["Scheme"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    people: {
        parameters: {
            query?: {
                q?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_person: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ended"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_sessions: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ended"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels: {
        parameters: {
            query?: {
                q?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelPage"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions: {
        parameters: {
            query?: {
                subject?: string;
                reason?: string;
                outcome?: "allow" | "deny" | "step_up";
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPage"];
                };
            };
            /** @description The request cannot be used */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decision_stream: {
        parameters: {
            query?: {
                subject?: string;
                reason?: string;
                outcome?: "allow" | "deny" | "step_up";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulate: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulateRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description The request cannot be used */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    schemes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schemes"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
