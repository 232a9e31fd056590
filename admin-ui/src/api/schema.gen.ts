// SPDX-License-Identifier: Apache-2.0
// Generated from docs/openapi.json by scripts/generate-client.mjs. Do not edit.
export interface paths {
    "/api/v1/agencies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** An agency, new or in place of the one with its id. Two people. */
        put: operations["put_agency"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agreements/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** An agreement between schemes. A shorter one that covers and carries less holds at once. */
        put: operations["put_agreement"];
        post?: never;
        /** An agreement ends, for good. One person. */
        delete: operations["end_agreement"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/break-glass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what waits for an answer or a review. */
        get: operations["break_glass"];
        put?: never;
        /** Asks for one channel. Anybody active may; whether there is such a channel is not told. */
        post: operations["request_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/break-glass/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Grants a request of another person, within five minutes of signing in. */
        post: operations["approve_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/break-glass/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses a request. */
        post: operations["reject_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/break-glass/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes the review of what was granted to another person, once it is over. */
        post: operations["review_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the labels that a person can use on this server. */
        get: operations["catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows the feed. */
        get: operations["changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/changes/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody who is out now, and the cursor from which the feed goes on. */
        get: operations["change_state"];
        put?: never;
        post?: never;
        delete?: never;
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
        /** Lists channels. */
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
        /** Shows one channel: to an administrator in full, to a connected server what it reported. */
        get: operations["channel"];
        /** Registers a channel or takes a later report of it. */
        put: operations["register_channel"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes attributes of a channel. One person may close it, unlist it, take fewer missions, recipients, outsiders or industry. */
        patch: operations["change_channel"];
        trace?: never;
    };
    "/api/v1/channels/{id}/evictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the members who may not stay. Why is for the record alone. */
        get: operations["evictions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/federate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Files, for a second person, that a channel may be shared with a node. It is carried out by the chat server, which asks
         *     `channel.federate` with the proposal's id in `context.approval`.
         */
        post: operations["federate_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** A person came into a channel. */
        put: operations["put_member"];
        post?: never;
        /** A person left a channel. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/reclassify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a channel another label and ends its drift. One person may raise it. */
        post: operations["reclassify_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the applications that people sign in to, and the servers that only ask. */
        get: operations["clients"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one application. */
        get: operations["client"];
        /**
         * Registers a client of OpenID Connect, or puts a record in place of the one on file. A new one, and whatever else may
         *     widen, takes two people; whoever carries it out is told the client's secret, if it proves itself with one.
         */
        put: operations["put_client"];
        post?: never;
        /** An application is taken away: nobody signs in there by this house any more. One person. */
        delete: operations["remove_client"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/clients/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives an application a new secret. Two people: whoever carries it out is told the secret, this once, and the one before is
         *     good for nothing from then on.
         */
        post: operations["renew_client_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connect/{product}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings of one product, with the addresses of this house in them. */
        get: operations["connect_profile"];
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
        /** Lists decisions, newest first. */
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
        /** Follows decisions as they are taken. */
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
        /** Explains one decision. */
        get: operations["decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists devices. */
        get: operations["devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one device. */
        get: operations["device"];
        /** What a device may be trusted with. A lower accreditation, or no management, holds at once. */
        put: operations["put_device"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/lost": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says that a device is lost. Its sessions end at once, with their tokens; its key opens nothing; what it was
         *     trusted with is gone. Two people can take it up again.
         */
        post: operations["lose_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/posture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a report about one device. */
        post: operations["report_posture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs one scenario over the live world and explains the answer. */
        post: operations["explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/filter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers for each of a list. */
        post: operations["filter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compares a world file with the store, and files its import for a second person. Her word is for this file, byte by
         *     byte, and for what it widens as things stand. A file of at most 16 MiB.
         */
        post: operations["file_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Imports the file that another person has approved. Whoever filed it sends the same file again. */
        post: operations["carry_out_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells the console who she is. */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/missions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** A mission, new or in place of the one with its id. Two people. */
        put: operations["put_mission"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/nodes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** What a node may be trusted with. A lower accreditation, no agreement and fewer communities hold at once. */
        put: operations["put_node"];
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
        /** Lists people. */
        get: operations["people"];
        put?: never;
        /** Somebody new, active, without clearance. Two people. */
        post: operations["create_person"];
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
        /** Shows one person. */
        get: operations["person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes attributes of a person. One person may take away missions, briefings, a sponsor, a contract or some of its time, and offices that forbid nothing; anything else takes two. */
        patch: operations["change_person"];
        trace?: never;
    };
    "/api/v1/people/{id}/authenticators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the authenticators of a person, without their secrets. */
        get: operations["authenticators"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/authenticators/{authenticator}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Withdraws an authenticator and ends all sessions of its owner, who is told. A password goes with its security code,
         *     each with the other, and both with the recovery codes. One administrator is enough.
         */
        delete: operations["withdraw_authenticator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/clearances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Grants a clearance. Two people, neither of them its holder. */
        post: operations["grant_clearance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/clearances/{cid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Gives a clearance another end. A later one takes two people, an earlier one holds at once. */
        patch: operations["change_clearance"];
        trace?: never;
    };
    "/api/v1/people/{id}/clearances/{cid}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A suspended clearance counts again. Two people. */
        post: operations["resume_clearance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/clearances/{cid}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A clearance never counts again. One person. */
        post: operations["revoke_clearance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/clearances/{cid}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A clearance does not count for now. One person. */
        post: operations["suspend_clearance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A disabled person may come back. Two people. To disable somebody see `revoke`. */
        post: operations["enable_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists who at which source opens this person's account. */
        get: operations["links"];
        put?: never;
        /** Somebody at a source may sign in as this person from then on. Two people. A link is never changed: remove it and make another. */
        post: operations["link_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/links/{link}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a link away, and ends the sessions that came by it. One administrator is enough. */
        delete: operations["unlink_person"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A person who lost her ways to sign in gets a link with which to set up a new one. Two people; whoever
         *     carries it out is told the link, hands it over, and the person is told by mail. What she lost, all of it unless the
         *     body says which, is withdrawn as it is carried out, and all her sessions end.
         */
        post: operations["recover_person"];
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
        /** Ends a person's access everywhere: her account, sessions and tokens. One administrator is enough. */
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
        /** Ends all of a person's sessions; she may sign in again. */
        post: operations["end_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posture-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes reports about many devices. What is wrong with one does not hold up the others. */
        post: operations["report_postures"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what waits for a second person, or to be carried out. */
        get: operations["proposals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one proposal. Whoever filed it sees it without an office. */
        get: operations["proposal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approves a proposal. It is carried out by who proposed it: by a person when she says so, by a source at once. */
        post: operations["approve_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Carries out one's own proposal, once another person has approved it. */
        post: operations["execute_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rejects a proposal. */
        post: operations["reject_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes one's own proposal back. */
        post: operations["withdraw_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest checkpoint, a C2SP signed note with the signatures of witnesses that have seen it. */
        get: operations["record_checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Checkpoints, smallest first. */
        get: operations["record_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/cosignatures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps the witnesses' signatures of a note. */
        post: operations["record_cosign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key that verifies checkpoints, `name+keyid+base64`. */
        get: operations["record_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/leaves/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one leaf. */
        get: operations["record_leaf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/proofs/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proves that the tree of `from` leaves is the start of the tree of `to` leaves. */
        get: operations["record_consistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/record/proofs/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proves that a leaf is in the tree. */
        get: operations["record_inclusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/revocation-lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the revocation lists that this process has, and the authorities without one. */
        get: operations["revocation_lists"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/saml/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the service providers of SAML. */
        get: operations["saml_services"];
        put?: never;
        /**
         * Registers a service provider by its metadata, or takes newer metadata of one that is registered: keys and
         *     addresses are replaced, what was decided stays. A new one, and whatever else may widen, takes two people.
         */
        post: operations["register_saml_service"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/saml/services/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one service provider. */
        get: operations["saml_service"];
        /**
         * The record of a service provider, whole, in place of the one on file. What may widen takes two people. What
         *     its metadata says is easier changed by newer metadata.
         */
        put: operations["put_saml_service"];
        post?: never;
        /**
         * A service provider is taken away: nobody signs in there by this house any more. One person. If it is a client
         *     of OpenID as well, that goes with it.
         */
        delete: operations["remove_saml_service"];
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
        /** Lists the schemes. They are no secret to anybody who is signed in. */
        get: operations["schemes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * The record of a connected server, new or in place of the one with its id. A new one, true reasons, clients held to
         *     more, a wider scope and whatever else may widen take two people; what takes away holds at once.
         */
        put: operations["put_server"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Looks at a chat server's record and asks some questions as it would; each is marked as a check on record. */
        post: operations["check_server"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends all sessions at a client, of a source, or of a sign-in before a moment. Those that begin meanwhile are not
         *     among them.
         */
        post: operations["end_sessions_of"];
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
        /** Ends one session. It may go on at applications that cannot be called. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The settings. More blocked locations, stricter administration and a lower accreditation hold at once. */
        put: operations["put_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that we sign with, are about to, or did: those of OpenID and of SAML. */
        get: operations["list_signing_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a key out of the key set or the metadata at once. What it signed is not ours any more; a fresh key signs in
         *     its place. A security officer or a system administrator does this alone.
         */
        post: operations["withdraw_signing_key"];
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
        /** Runs one scenario over the live world. */
        post: operations["simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the sources. */
        get: operations["sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one source. */
        get: operations["source"];
        /**
         * A source, new or in place of the one with its id. Whatever of it may widen takes two people. A secret is
         *     given as a text; left out, the one before stays, unless it would be sent elsewhere than before.
         */
        put: operations["put_source"];
        post?: never;
        /** A source is taken away, for good. One person. What it gave stays until it runs out. */
        delete: operations["remove_source"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Nobody signs in by it and nothing is taken from it any more. One person, at once. */
        post: operations["disable_source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A disabled source counts again. Two people. */
        post: operations["enable_source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists whose accounts people of a source open. */
        get: operations["source_links"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/mapping/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Applies a mapping to a sample, and says what would come of it within the cap. Nothing is done. */
        post: operations["try_mapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what counts of a SAML provider's metadata, and a change of it that waits. */
        get: operations["source_metadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/metadata/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A change of a provider's metadata that waits counts from then on. Two people, who compare its keys with the
         *     provider's by another way.
         */
        post: operations["approve_source_metadata"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the synchronisation with a directory stands: under way or not, the last report, what could not be used. */
        get: operations["show_sync"];
        put?: never;
        /** Asks for a pass; it begins within a second or so. A dry run says what would happen and changes nothing. */
        post: operations["ask_for_sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/sync/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets those vanish at whom a pass has stopped, by the seal of its report. Two people. */
        post: operations["release_sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Looks at everything that a sign-in or a pass of synchronisation needs, one line each. Nothing is changed. */
        post: operations["test_source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows the feed as it grows. The stream ends after five minutes; go on with a new token and `Last-Event-ID`. */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/weigh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what an act would change and how many people it takes. Whoever may do it may ask; nothing is done. */
        post: operations["weigh"];
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
        /** @description An address. */
        AddressShown: {
            /** @description How messages go there: `HTTP-POST`, `HTTP-Redirect`, `SOAP`. */
            binding: string;
            /** @description Where. */
            location: string;
        };
        /**
         * @description How old a list is.
         * @enum {string}
         */
        Age: "fresh" | "old" | "overdue";
        /** @description It is done. */
        Applied: {
            /** @description The world's revision. */
            revision: string;
        };
        /** @description The second person's word. */
        Approve: {
            /** @description The hash of what she was shown. */
            parameters: string;
        };
        /** @description A request. */
        Ask: {
            /** @description The one channel. */
            channel: string;
            /**
             * Format: int64
             * @description For how long, 1 to 240.
             */
            minutes: number;
            /** @description Why. */
            reason: string;
        };
        /** @description It was asked for. */
        Asked: {
            /** @description The request. */
            id: string;
        };
        /** @description A person's authenticators. */
        AuthenticatorList: {
            /** @description The authenticators. */
            items: components["schemas"]["HeldAuthenticator"][];
        };
        /** @description The system-high marking of this deployment. */
        Banner: {
            /** @description Background colour, `#rrggbb`. */
            bg: string;
            /** @description Text colour, `#rrggbb`. */
            fg: string;
            /** @description Marking words. */
            text: string;
        };
        /** @description One request. */
        BreakGlassItem: {
            /** @description `approved` or `rejected`. */
            answer?: string | null;
            /** @description By whom. */
            answered_by?: string | null;
            /** @description For which channel; by a pseudonym, where that is above you. */
            channel: string;
            /**
             * Format: date-time
             * @description When what was granted ends.
             */
            ends_at?: string | null;
            /**
             * Format: date-time
             * @description Until when it may be answered.
             */
            expires_at: string;
            /** @description The request. */
            id: string;
            /**
             * Format: int64
             * @description For how long.
             */
            minutes: number;
            /** @description Whether that is over. */
            overdue: boolean;
            /** @description Why. */
            reason: string;
            /**
             * Format: date-time
             * @description When.
             */
            requested_at: string;
            /** @description Who asked. */
            requester: string;
            /**
             * Format: date-time
             * @description When its review is due.
             */
            review_due?: string | null;
        };
        /** @description What waits for an answer or a review. */
        BreakGlassList: {
            /** @description Newest first. */
            items: components["schemas"]["BreakGlassItem"][];
        };
        /** @description It was carried out. */
        CarriedOut: {
            /** @description For an application that proves itself with a secret: that, told this once. */
            client_secret?: string | null;
            /** @description For a new way to sign in: the one-time address, told this once. */
            enrol_url?: string | null;
            /** @description The world's revision. */
            revision: string;
        };
        /** @description The labels that somebody can use. */
        Catalog: {
            /** @description Lowest first within each scheme. */
            labels: components["schemas"]["CatalogLabel"][];
            /** @description The world that was asked; opaque. */
            revision: string;
            /** @description Always: the person alone is asked about, without session and device. */
            standing: boolean;
        };
        /** @description A label as it is offered. */
        CatalogLabel: {
            /** @description The colour behind the words, `#rrggbb`. */
            background: string;
            /** @description What counts where nothing is written. */
            default: boolean;
            /** @description The colour of the words. */
            foreground: string;
            /** @description What to send in `context.label`. */
            label: {
                [key: string]: unknown;
            };
            /** @description The words that are shown. */
            marking: string;
            /** @description The portion mark. */
            short: string;
        };
        /** @description Where to begin. */
        ChangeState: {
            /** @description Where to go on. */
            cursor: string;
            /** @description Everybody who is out. */
            ended_users: string[];
        };
        /** @description One part that becomes another. */
        Changed: {
            /** @description What it becomes; absent, it goes. */
            becomes?: unknown;
            /** @description Its name, as world files write it; each clearance is a part of its own. */
            part: string;
            /** @description What it is now; absent, there is none. */
            was?: unknown;
            /** @description It may let somebody do more than before. */
            widens: boolean;
        };
        /** @description What changed. */
        Changes: {
            /** @description In order. */
            changes: components["schemas"]["FeedChange"][];
            /** @description Where to go on. */
            cursor: string;
            /** @description The world's revision. */
            revision: string;
        };
        /** @description A channel in full. */
        Channel: {
            /** @description The agency it belongs to. */
            agency?: string | null;
            /** @description Takes outsiders and guests. */
            externals_allowed: boolean;
            /** @description The channel. */
            id: string;
            /** @description Takes industry at rank 1 and up. */
            industry_allowed: boolean;
            /** @description Its label. */
            label: components["schemas"]["Label"];
            /** @description The server reported a lower or wider label: posting has stopped. */
            label_drift: boolean;
            /** @description `fixed`, `floating`, `portion`. */
            label_mode: string;
            /** @description Its existence is no secret. */
            listed: boolean;
            /** @description The label in marking words. */
            marking?: string | null;
            /** @description Who is in it. */
            members: components["schemas"]["ChannelMember"][];
            /** @description Need-to-know. */
            missions: string[];
            /** @description What people call it. */
            name?: string | null;
            /** @description Who owns it; absent, whoever holds the role. */
            owners?: string[] | null;
            /** @description A closed list of named readers. */
            recipients?: string[] | null;
            /** @description The connected server that registered it. */
            server?: string | null;
            /** @description `open` or `closed`. */
            state: string;
            /** @description The lists of which part is above you and has pseudonyms: you cannot give them anew. */
            withheld: string[];
        };
        /** @description A member of a channel. */
        ChannelMember: {
            /** @description What people call her. */
            display_name?: string | null;
            /** @description The person. */
            id: string;
            /** @description Whether she may be there now, session and device aside. */
            member_allowed: boolean;
            /** @description The reason code, when not. */
            reason?: string | null;
            /** @description The reason in words. */
            reason_text?: string | null;
        };
        /** @description A page of channels. */
        ChannelPage: {
            /** @description In the order of their ids. Whatever is above you is not among them, nor is it counted. */
            items: components["schemas"]["ChannelSummary"][];
            /** @description Where the next page begins; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description What is reported of a channel. What is absent was not spoken of. */
        ChannelReport: {
            /** @description Takes outsiders and guests. */
            externals_allowed?: boolean | null;
            /** @description Takes industry. */
            industry_allowed?: boolean | null;
            /** @description Its label. */
            label?: {
                [key: string]: unknown;
            } | null;
            /** @description `fixed`, `floating`, `portion`. */
            label_mode?: string | null;
            /** @description Its existence is no secret. */
            listed?: boolean | null;
            /** @description Its missions. */
            missions?: string[] | null;
            /** @description What people call it. */
            name?: string | null;
            /** @description Who owns it, by the server's names. */
            owners?: string[] | null;
            /** @description Its closed list of readers, by the server's names. */
            recipients?: string[] | null;
            /** @description `open` or `closed`. */
            state?: string | null;
        };
        /** @description A channel as it stands after the report. */
        ChannelReported: {
            /** @description The reported label was not taken: posting has stopped until a reclassification. */
            drift?: boolean;
            /** @description The server's name of it. */
            id: string;
            /** @description The label that holds. */
            label: {
                [key: string]: unknown;
            };
            /** @description The world's revision. */
            revision: string;
        };
        /** @description One line of the list of channels. */
        ChannelSummary: {
            /** @description The channel. */
            id: string;
            /** @description Its label. */
            label: components["schemas"]["Label"];
            /** @description `fixed`, `floating`, `portion`. */
            label_mode: string;
            /** @description Its existence is no secret. */
            listed: boolean;
            /** @description The label in marking words. */
            marking?: string | null;
            /** @description How many are in it. */
            member_count: number;
            /** @description What people call it. */
            name?: string | null;
            /** @description The connected server that registered it. */
            server?: string | null;
            /** @description `open` or `closed`. */
            state: string;
        };
        /** @description How things stand. */
        Checked: {
            /** @description Each thing that was looked at. */
            lines: components["schemas"]["Line"][];
            /** @description The time here, RFC 3339: a caller compares its own. */
            now: string;
        };
        /** @description Checkpoints, smallest first. */
        CheckpointPage: {
            /** @description The checkpoints. */
            items: components["schemas"]["SignedCheckpoint"][];
            /**
             * Format: int64
             * @description `after` of the next page, when there is one.
             */
            next_after?: number | null;
        };
        /** @description A fact that a test read. */
        ClauseFact: {
            /** @description Where it stands in the request to Cedar. */
            name: string;
            /** @description Its value. */
            value: unknown;
        };
        /** @description A clearance on record. */
        Clearance: {
            /** @description `verified` or `rejected`, when attested. */
            attestation?: string | null;
            /** @description The one channel of an emergency clearance. */
            channel?: string | null;
            /** @description The compartments. */
            compartments: string[];
            /** @description Its name among those of this person. */
            id: string;
            /** @description `personnel`, `attested`, `emergency`, `service`. */
            kind: string;
            /** @description The level. */
            level: string;
            /** @description The scheme. */
            scheme: string;
            /** @description `active`, `suspended`, `revoked`. */
            state: string;
            /**
             * Format: date-time
             * @description Good from this second.
             */
            valid_from: string;
            /**
             * Format: date-time
             * @description Good up to and including this second.
             */
            valid_until: string;
        };
        /** @description One clearance, considered by way of one agreement or none. */
        ClearanceStep: {
            /** @description The agreement by which it was read in the label's scheme. */
            agreement?: string | null;
            /** @description The clearance as it is on file. */
            clearance: unknown;
            /** @description What it reads as there. */
            reads_as?: string | null;
            /** @description Whether the decision rests on it. */
            used: boolean;
            /** @description Why it was taken or not. */
            why: string;
        };
        /** @description Applications. */
        ClientList: {
            /** @description By their ids. */
            items: components["schemas"]["ClientShown"][];
        };
        /** @description An application. */
        ClientShown: {
            /** @description Its record. Secrets are not in it. */
            client: {
                [key: string]: unknown;
            };
            /** @description How it hears that a session is over. */
            hears: components["schemas"]["Hears"];
            /** @description The keys of its metadata. */
            keys: components["schemas"]["KeyShown"][];
            /** @description What somebody should look at. */
            warnings: components["schemas"]["Line"][];
            /** @description Part of it is above you and has pseudonyms: you cannot give it anew. */
            withheld: boolean;
        };
        /** @description What a file would do, as things stand. */
        Compared: {
            /** @description What may let somebody do more than before, part by part; the first 500. */
            changes: components["schemas"]["Changed"][];
            /** @description How many entries, by map of the file. */
            counts: {
                [key: string]: components["schemas"]["MapCounts"];
            };
            /** @description The SHA-256 of its bytes, in hexadecimal digits. */
            file: string;
            /**
             * @description Under which it waits for a second person, at `/api/v1/proposals/{id}`; absent, nothing was filed: nothing
             *     differs, or it was not wanted.
             */
            proposal?: string | null;
            /** @description How many things that is in all. */
            wider: number;
            /** @description Part of it is above you and has a pseudonym. */
            withheld: boolean;
        };
        /** @description Proof that a tree is the start of another (RFC 6962 section 2.1.2). */
        ConsistencyProof: {
            /**
             * Format: int64
             * @description The earlier tree's number of leaves.
             */
            from: number;
            /** @description Its root, in hexadecimal. */
            from_root: string;
            /** @description The proof's hashes. */
            path: string[];
            /**
             * Format: int64
             * @description The later tree's number of leaves.
             */
            to: number;
            /** @description Its root. */
            to_root: string;
        };
        /** @description A contract. */
        Contract: {
            /** @description By what both sides know it. */
            reference: string;
            /**
             * Format: date-time
             * @description Its last second.
             */
            until: string;
        };
        /** @description A decision in full. */
        Decision: components["schemas"]["DecisionSummary"] & {
            /** @description The policies that decided. */
            determining: string[];
            /** @description Whether the true reason went out to the caller. */
            disclosed: boolean;
            /** @description Until when the answer could be reused. */
            expires_at?: string | null;
            explanation?: components["schemas"]["Explanation"] | null;
            /** @description Every guard that failed, in order. */
            failing: components["schemas"]["Failing"][];
            /** @description What the decision rested on. */
            inputs: unknown;
            /** @description What is no longer kept, when it cannot be explained. */
            not_kept?: string | null;
            /** @description The duties that came with it. */
            obligations: components["schemas"]["Obligation"][];
            /** @description The policies in force. */
            policy_revision?: string | null;
            /** @description The reason in words. */
            reason_text?: string | null;
            /** @description The world that was asked. */
            revision?: string | null;
            /** @description Whether the person alone was asked about. */
            standing: boolean;
        };
        /** @description A page of decisions, newest first. */
        DecisionPage: {
            /** @description Newest first. */
            items: components["schemas"]["DecisionSummary"][];
            /** @description Where the next page begins; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description One line of the list of decisions. */
        DecisionSummary: {
            /** @description The action. */
            action: string;
            /**
             * Format: date-time
             * @description When it was taken.
             */
            at: string;
            /**
             * Format: int32
             * @description The guard's place in the order.
             */
            guard?: number | null;
            /** @description Names the decision. */
            id: string;
            /** @description `allow`, `deny`, `step_up`. */
            outcome: string;
            /** @description The true reason code. */
            reason?: string | null;
            /** @description On what. */
            resource: components["schemas"]["Resource"];
            /** @description The connected server that asked. */
            server?: string | null;
            /** @description Who asked to act. */
            subject: string;
            /** @description What people call her. */
            subject_name?: string | null;
        };
        /** @description A policy that determined a decision. */
        DeterminingPolicy: {
            /** @description Its conditions; without any it always speaks. */
            clauses: components["schemas"]["PolicyClause"][];
            /** @description `forbid` or `permit`. */
            effect: string;
            /** @description The file it is in. */
            file: string;
            /** @description Its id. */
            id: string;
            /** @description The line on which it begins. */
            line: number;
            /** @description The reason code of a forbid. */
            reason?: string | null;
        };
        /** @description A device. */
        Device: {
            /** @description Its id. */
            id: string;
            /** @description By what it proves itself: `browser` or `certificate`. */
            key?: string | null;
            /** @description The level. */
            level?: string | null;
            /** @description Whether it is lost. */
            lost: boolean;
            /** @description Whether somebody administers it. */
            managed: boolean;
            /** @description Who enrolled it. */
            owner?: string | null;
            /**
             * Format: date-time
             * @description When its posture was last found good.
             */
            posture_reported_at?: string | null;
            /** @description The scheme of what it is accredited for. */
            scheme?: string | null;
            /** @description Live sessions on it. */
            sessions: components["schemas"]["DeviceSession"][];
        };
        /** @description A page of devices. */
        DevicePage: {
            /** @description The devices. */
            items: components["schemas"]["Device"][];
            /** @description Where the next page begins. */
            next_cursor?: string | null;
        };
        /** @description A session on a device. */
        DeviceSession: {
            /**
             * Format: int32
             * @description Assurance level, 1 to 3.
             */
            aal: number;
            /**
             * Format: date-time
             * @description When she signed in.
             */
            auth_time: string;
            /** @description Its name. */
            id: string;
            /** @description Whose it is. */
            person: string;
        };
        /** @description How somebody's clearances stand to a label. */
        EffectiveClearance: {
            /** @description The label, in words. */
            label: string;
            /** @description Whose. */
            person: string;
            /** @description Whether it suffices for the level. */
            reaches: boolean;
            /** @description What came of it. */
            result: string;
            /** @description `subject` or `target`. */
            role: string;
            /** @description Each clearance on record. */
            steps: components["schemas"]["ClearanceStep"][];
        };
        /** @description Which sessions. */
        EndScope: {
            /**
             * Format: date-time
             * @description The moment, not in the future.
             */
            before: string;
            /** @enum {string} */
            scope: "before";
        } | {
            /** @description The client's id. */
            client: string;
            /** @enum {string} */
            scope: "client";
        } | {
            /** @enum {string} */
            scope: "source";
            /** @description The source's id. */
            source: string;
        };
        /** @description What an act ended. */
        Ended: {
            /** @description Channels that she leaves. */
            evictions: number;
            /** @description Applications at which she may still be signed in, because these cannot be called. */
            not_reached: components["schemas"]["NotReached"][];
            /** @description Sessions that are over. */
            sessions_ended: number;
        };
        /** @description A subject, resource, target: who or what, by the caller's own id. */
        Entity: {
            /** @description The caller's id. */
            id: string;
            /** @description What the caller says about it; only whitelisted names are heard. */
            properties?: Record<string, never>;
            /** @description `user`, `channel`, `message`, … */
            type: string;
        };
        /** @description One who must. */
        Evicted: {
            /** @description The recorded decision. */
            decision_id: string;
            /** @description The server's name of her. */
            user: string;
        };
        /** @description Who must leave. */
        Evictions: {
            /** @description The members who may not stay. */
            evictions: components["schemas"]["Evicted"][];
            /** @description The world that was asked; opaque. */
            revision: string;
            /** @description Always: the person alone is asked about, without session and device. */
            standing: boolean;
        };
        /** @description What would be decided, and why. */
        Explained: components["schemas"]["Simulation"] & {
            /** @description Why. */
            explanation: components["schemas"]["Explanation"];
        };
        /** @description Something that was known. */
        ExplainedInput: {
            /** @description Where it came from. */
            from: string;
            /** @description What it is. */
            name: string;
            /** @description Its value. */
            value: unknown;
        };
        /**
         * @description Why a decision came out as it did, as far as you may know. What is above you bears a pseudonym
         *     that holds within this answer.
         */
        Explanation: {
            /** @description How the clearances of the people concerned stand to the label. */
            clearances: components["schemas"]["EffectiveClearance"][];
            /** @description What could not be looked up, when that is the reason. */
            fault?: string | null;
            /** @description Every failing guard, with what would have to change. */
            guards: components["schemas"]["FailingGuard"][];
            /** @description What was known, and where from. */
            inputs: components["schemas"]["ExplainedInput"][];
            /** @description What the person herself may be told. */
            person: components["schemas"]["ToldPerson"];
            /** @description The policies that determined it. */
            policies: components["schemas"]["DeterminingPolicy"][];
        };
        /** @description A guard that fails. */
        Failing: {
            /** @description Its reason code. */
            code: string;
            /**
             * Format: int32
             * @description Its place in the order.
             */
            number: number;
            /** @description What it says. */
            text: string;
        };
        /** @description A guard that failed, with what would satisfy it. */
        FailingGuard: {
            /** @description What would have to change. */
            changes: string[];
            /** @description Its reason code. */
            code: string;
            /**
             * Format: int32
             * @description Its place in the order.
             */
            number: number;
            /** @description What it says. */
            text: string;
        };
        /** @description A rule that gave nothing, and why. */
        Fault: {
            /** @description The attributes that it reads. */
            from: string[];
            /** @description Why. */
            message: string;
            /** @description The rule, as in the record: `rules[2]`. */
            rule: string;
            /** @description What it gives. */
            to: string;
        };
        /** @description With whom a channel is to be shared. */
        Federation: {
            /** @description The node. */
            node: string;
        };
        /** @description One change, in the server's own names. */
        FeedChange: {
            /** @enum {string} */
            kind: "user_active";
            /** @description Who. */
            user: string;
        } | {
            /** @enum {string} */
            kind: "user_ended";
            /** @description Who. */
            user: string;
        } | {
            /** @enum {string} */
            kind: "session_ended";
            /** @description Its `sid` at this server's client. */
            session: string;
            /** @description Whose. */
            user: string;
        } | {
            /** @description The channel. */
            channel: string;
            /** @enum {string} */
            kind: "label";
            /** @description Its label. */
            label: {
                [key: string]: unknown;
            };
        } | {
            /** @description From where. */
            channel: string;
            /** @description The recorded decision. */
            decision_id: string;
            /** @enum {string} */
            kind: "eviction";
            /** @description Who. */
            user: string;
        } | {
            /** @enum {string} */
            kind: "policy";
            /** @description Which. */
            policy_revision: string;
        } | {
            /** @enum {string} */
            kind: "world";
        };
        /** @description What is asked. */
        FilterRequest: {
            /** @description As with a decision: `session`, `at_least_revision`. */
            context?: Record<string, never>;
            /** @description What: messages, files and channels, at most 1,000. */
            resources: components["schemas"]["Entity"][];
            /** @description Who. */
            subject: components["schemas"]["Entity"];
        };
        /** @description The answer. */
        Filtered: {
            /**
             * @description For each in its place, whether she may see it: read the message, download the file, know of the
             *     channel. Anything else she may not.
             */
            allowed: boolean[];
            /** @description The world that was asked; opaque. */
            revision: string;
        };
        /** @description How a device was found. */
        Found: {
            /** @description Whether it is as it should be. One that is not counts as never reported, at once. */
            compliant: boolean;
            /**
             * Format: date-time
             * @description When it was looked at: not in the future, within seven days, newer than the last report.
             */
            reported_at: string;
        };
        /** @description How one device of many was found. */
        FoundOf: {
            /** @description Whether it is as it should be. */
            compliant: boolean;
            /** @description The device. */
            device: string;
            /**
             * Format: date-time
             * @description When it was looked at.
             */
            reported_at: string;
        };
        /** @description What one source has given a person. */
        FromSource: {
            /** @description Those of her clearances that come from it. */
            clearances: string[];
            /** @description It brought her in. */
            owns: boolean;
            /** @description The attributes that come from it, each with when it was last given another value. */
            parts: {
                [key: string]: string;
            };
            /** @description The source. */
            source: string;
        };
        /**
         * @description How an application hears that a session is over.
         * @enum {string}
         */
        Hears: "behind_the_scenes" | "by_browser" | "never";
        /** @description One of a person's authenticators. Sign-ins at sources are her links. */
        HeldAuthenticator: {
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /** @description Its name here. It is no credential. */
            id: string;
            /** @description `card`, `passkey`, `password`, `recovery_codes` or `totp`. */
            kind: string;
            /**
             * Format: date-time
             * @description When it last let her in.
             */
            last_used_at?: string | null;
            /** @description What people call it. Null where there is one of the kind. */
            name?: string | null;
            /**
             * @description `active`, `disabled` (too many guesses), `expired`, `refused` (by the rules on passkeys) or `suspect` (there may
             *     be a copy of it).
             */
            state: string;
        };
        /** @description Proof that a leaf is in a tree (RFC 6962 section 2.1.1). */
        InclusionProof: {
            /**
             * Format: int64
             * @description The leaf's number.
             */
            leaf: number;
            /** @description Its hash, in hexadecimal. */
            leaf_hash: string;
            /** @description The audit path, from the leaf's sibling up. */
            path: string[];
            /** @description Its root. */
            root: string;
            /**
             * Format: int64
             * @description The tree's number of leaves.
             */
            size: number;
        };
        /** @description One fault of an input. */
        InputFault: {
            /** @description What is wrong. */
            message: string;
            /** @description Where, as a JSON path. */
            path: string;
        };
        /** @description A key of somebody. */
        KeyShown: {
            /**
             * Format: date-time
             * @description When its certificate ends. The key counts as long as the metadata has it.
             */
            ends: string;
            /** @description `signing` or `encryption`. */
            purpose: string;
            /** @description SHA-256 of its certificate, by which people compare it. */
            sha256: string;
        };
        /** @description A label as world files write it. */
        Label: {
            /** @description Shown, never tested. */
            caveats?: string[];
            /** @description Restrictive tags. */
            compartments?: string[];
            /** @description The level, e.g. `NS`. */
            level: string;
            /** @description Whether every nationality of a reader must be in the audience. */
            nationals_only?: boolean;
            /**
             * Format: date-time
             * @description Not to be read earlier.
             */
            not_before?: string | null;
            /** @description The agency that must consent to a wider audience. */
            originator_controlled_by?: string | null;
            /** @description The audience; absent, the scheme's default. */
            releasable_to?: string[] | null;
            /** @description The scheme, e.g. `NATO`. */
            scheme: string;
        };
        /** @description A leaf of the record. */
        Leaf: {
            /** @description Its hash, in hexadecimal: SHA-256 over a zero byte and the record. */
            hash: string;
            /**
             * Format: int64
             * @description Its number, from 0.
             */
            index: number;
            /** @description The hashed text: canonical JSON. Absent where it speaks of what you may not know of. */
            record?: string | null;
        };
        /** @description One thing that was looked at. */
        Line: {
            /** @description What mends it. */
            mend?: string | null;
            /** @description What was looked at, in a word. */
            name: string;
            /** @description How it stands. */
            state: components["schemas"]["State"];
            /** @description What was found. */
            text: string;
        };
        /** @description All links of a person. */
        LinkList: {
            /** @description Oldest first. */
            items: components["schemas"]["LinkedIdentity"][];
        };
        /** @description A link, and whose. */
        Linked: {
            /** @description Who she is there. */
            link: components["schemas"]["LinkedIdentity"];
            /** @description The person here. */
            person: string;
        };
        /** @description A link to somebody at a source. */
        LinkedIdentity: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Its id. */
            id: string;
            /** @description The issuer as its protocol names it. */
            issuer: string;
            /** @description What she is called there. Nothing is decided by it. */
            label: string;
            /**
             * Format: date-time
             * @description When it last let her in.
             */
            last_used_at?: string | null;
            /** @description How it came about: `administrators`, `approval`, `creation`, `domain` or `herself`. */
            made_by: string;
            /** @description The source. */
            source: string;
            /** @description The subject within the issuer. */
            subject: string;
        };
        /** @description Links of a source. */
        LinkedPage: {
            /** @description By person. */
            items: components["schemas"]["Linked"][];
            /** @description Where the next page begins; absent, this is the last. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description How many there are.
             */
            total: number;
        };
        /** @description What ended with it. */
        Lost: {
            /** @description Applications at which they may go on, because these cannot be called. */
            not_reached: components["schemas"]["NotReached"][];
            /** @description Sessions that are over. */
            sessions_ended: number;
        };
        /** @description What somebody lost. */
        LostAuthenticators: {
            /** @description Ids of her authenticators; absent: all of them. */
            lost?: string[] | null;
        };
        /** @description How many entries of one map. */
        MapCounts: {
            /** @description Are not on file. */
            created: number;
            /** @description Are on file, and would go. */
            removed: number;
            /** @description Are on file just so. */
            unchanged: number;
            /** @description Are on file, and differ. */
            updated: number;
        };
        /** @description Who is signed in to the console, and what every page shows. */
        Me: {
            /** @description The classification banner. */
            banner: components["schemas"]["Banner"];
            /** @description To be sent as `X-CSRF-Token` with every change. */
            csrf_token: string;
            /** @description What people call her. */
            display_name?: string | null;
            /** @description The person. */
            id: string;
            /** @description A notice for every page, e.g. that this is a demo with eased rules. */
            notice?: string | null;
            /** @description Her offices. */
            roles: string[];
            /** @description This sign-in. */
            session: components["schemas"]["OwnSession"];
        };
        /** @description A channel that a person is in. */
        Membership: {
            /** @description The channel. */
            channel: string;
            /** @description Its label. */
            label: components["schemas"]["Label"];
            /** @description Whether she may be there now, session and device aside. */
            member_allowed: boolean;
            /** @description What people call it. */
            name?: string | null;
            /** @description Why not. */
            reason?: string | null;
            /** @description Whether it is above you, and has a pseudonym: there is no page of it. */
            withheld: boolean;
        };
        /** @description Metadata of a provider. */
        MetadataShown: {
            /** @description Its keys. */
            keys: components["schemas"]["KeyShown"][];
            /** @description Where they sign out. */
            logout: components["schemas"]["AddressShown"][];
            /** @description Where browsers sign in. */
            sign_on: components["schemas"]["AddressShown"][];
            /**
             * Format: date-time
             * @description Until when it counts; absent, it does not say.
             */
            valid_until?: string | null;
        };
        /** @description An authority without a list. */
        MissingList: {
            /** @description What it issues certificates for. */
            about: string;
            /** @description The authority. */
            issuer: string;
        };
        /** @description An application at which somebody may still be signed in. */
        NotReached: {
            /** @description Its id. */
            client: string;
            /** @description Its name. */
            name: string;
        };
        /** @description A duty. */
        Obligation: {
            /** @description Names the duty within the answer. */
            id: string;
            /** @description Whether a caller that cannot do it must refuse. */
            mandatory: boolean;
            /** @description What is to be done. */
            type: string;
        };
        /** @description Of whom. */
        Of: {
            /** @description A name as she signs in with it at the source; absent, nobody is looked up. */
            person?: string | null;
            /**
             * @description What a SAML provider said of her: the XML of a response, or `SAMLResponse` as her browser posted it.
             *     Nobody is signed in by it.
             */
            response?: string | null;
        };
        /** @description What would come of it. */
        Outcome: {
            /** @description What would be done. */
            acts: {
                [key: string]: unknown;
            }[];
            /** @description The clearances that would then count, whoever gave them. */
            clearances: {
                [key: string]: unknown;
            }[];
            /** @description She would be disabled. */
            disables: boolean;
            fault?: components["schemas"]["Fault"] | null;
            /** @description Whether she would be on file and active. */
            is_active: boolean;
            /** @description What could not be read. */
            notes: components["schemas"]["Fault"][];
            /** @description What is beyond the cap, or not this source's to say. */
            refused: {
                [key: string]: unknown;
            }[];
            /** @description The person in our words, before the cap. */
            sourced?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description This sign-in. */
        OwnSession: {
            /**
             * Format: int32
             * @description Assurance level, 1 to 3.
             */
            aal: number;
            /**
             * Format: date-time
             * @description When she signed in.
             */
            auth_time: string;
            /**
             * Format: date-time
             * @description When it ends at the latest.
             */
            ends_at: string;
            /** @description Its name. */
            id: string;
            /**
             * Format: int64
             * @description After how many seconds without a call it ends.
             */
            idle_seconds: number;
        };
        /** @description A person in full. */
        Person: {
            /** @description Where she works. */
            agency?: string | null;
            /** @description Her briefings. */
            briefings: string[];
            /** @description Her clearances. */
            clearances: components["schemas"]["Clearance"][];
            contract?: components["schemas"]["Contract"] | null;
            /** @description What people call her. */
            display_name?: string | null;
            /** @description Her mail address. */
            email?: string | null;
            /** @description The person. */
            id: string;
            /** @description What sort of person. */
            kind: string;
            /**
             * Format: date-time
             * @description When she last signed in.
             */
            last_sign_in?: string | null;
            /** @description The channels she is in. */
            memberships: components["schemas"]["Membership"][];
            /** @description Her missions. */
            missions: string[];
            /** @description Her nationalities. */
            nationalities: string[];
            /** @description Her offices. */
            roles: string[];
            /** @description Her live sign-ins. */
            sessions: components["schemas"]["PersonSession"][];
            /** @description What of her comes from which source. */
            sources: components["schemas"]["FromSource"][];
            /** @description Who answers for her, when she is a guest. */
            sponsor?: string | null;
            /** @description `active` or `disabled`. */
            status: string;
            /** @description The lists of which part is above you and has pseudonyms: you cannot give them anew. */
            withheld: string[];
        };
        /** @description A page of people. */
        PersonPage: {
            /** @description In the order of their ids. */
            items: components["schemas"]["PersonSummary"][];
            /** @description Where the next page begins; absent at the end. */
            next_cursor?: string | null;
        };
        /** @description A live sign-in of a person. */
        PersonSession: {
            /**
             * Format: int32
             * @description Assurance level, 1 to 3.
             */
            aal: number;
            /** @description The assurance verdict. */
            acr: string;
            /** @description The evidence. */
            amr: string[];
            /**
             * Format: date-time
             * @description When she signed in.
             */
            auth_time: string;
            /** @description By which authenticators she signed in, and earlier ones that it rests on too. Empty: it is not known. */
            authenticators: components["schemas"]["SessionAuthenticator"][];
            /** @description The clients that it reaches. */
            clients: string[];
            /** @description The device, when known. */
            device?: string | null;
            /**
             * Format: date-time
             * @description When it ends at the latest.
             */
            ends_at: string;
            /** @description Its name. */
            id: string;
            /**
             * Format: date-time
             * @description When it was last used.
             */
            last_activity: string;
        };
        /** @description One line of the list of people. */
        PersonSummary: {
            /** @description Where she works. */
            agency?: string | null;
            /** @description What people call her. */
            display_name?: string | null;
            /** @description The person. */
            id: string;
            /** @description `government`, `military`, `industry`, `service`, `outsider`. */
            kind: string;
            /**
             * Format: date-time
             * @description When she last signed in.
             */
            last_sign_in?: string | null;
            /** @description Her nationalities. */
            nationalities: string[];
            /** @description Her offices. */
            roles: string[];
            /** @description `active` or `disabled`. */
            status: string;
        };
        /** @description A part of a policy's condition, with its value here. */
        PolicyClause: {
            /** @description The facts that a test read. */
            facts: components["schemas"]["ClauseFact"][];
            /** @description How its parts make its value: `all`, `any`, `if`, `not`; `test` has none. */
            joint: string;
            /** @description Its parts. */
            parts: components["schemas"]["PolicyClause"][];
            /** @description Its Cedar text. */
            text: string;
            /** @description Its value; absent where Cedar did not come to it. */
            value?: boolean | null;
        };
        /**
         * @description An error on the wire. `detail` is safe for the caller; what only the log may know is logged where
         *     the problem is made.
         */
        Problem: {
            /** @description The decision that refused, as the record names it. */
            decision_id?: string | null;
            /** @description What happened here and what to do next. */
            detail?: string | null;
            /** @description Each fault of the input, by place. */
            faults?: components["schemas"]["InputFault"][];
            /** @description A reason code of the guards, when a decision refused. */
            reason?: string | null;
            /** @description The offices, one of which is needed. */
            required_roles?: string[];
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            step_up?: components["schemas"]["WireStepUp"] | null;
            /** @description The kind, in words that never change. */
            title: string;
        };
        /**
         * @description A product that people sign in to.
         * @enum {string}
         */
        Product: "ejabberd" | "generic-oidc" | "generic-saml" | "mattermost" | "prosody" | "rocket-chat" | "rocket-chat-saml" | "synapse" | "synapse-saml" | "troop-messenger" | "vaporstream" | "wickr";
        /** @description A part of a file of a product, ready to be put there. */
        ProductFile: {
            /** @description What the file is called there. */
            name: string;
            /** @description The text. */
            text: string;
        };
        /** @description What to enter at a product, and what to do here. */
        Profile: {
            /** @description The records of its clients, to be filed here as they are. */
            clients: Record<string, never>[];
            /** @description What to run here, in this order. The record of a client `ID` is in `ID.json`. */
            commands: string[];
            /** @description What of it the product's editions allow. */
            editions: string;
            /** @description What its own files say. */
            files: components["schemas"]["ProductFile"][];
            /** @description What has to be known besides. */
            notes: string[];
            /** @description The page that explains it. */
            page: string;
            /** @description The product. */
            product: components["schemas"]["Product"];
            /** @description The protocol by which people sign in to it. */
            protocol: string;
            /** @description What is entered where it keeps its settings, each with its value. */
            settings: components["schemas"]["Setting"][];
            /** @description How far it was tried. */
            tested: components["schemas"]["Tested"];
        };
        /** @description What waits. */
        ProposalList: {
            /** @description Newest first. */
            items: components["schemas"]["Proposed"][];
        };
        /** @description An act that waits. */
        Proposed: {
            /** @description What exactly is to be done. */
            act: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When.
             */
            approved_at?: string | null;
            /** @description Who approved it. */
            approver?: string | null;
            /** @description What it starts from and what that becomes; empty once it is over. In a list, the first 50. */
            changes: components["schemas"]["Changed"][];
            /**
             * Format: date-time
             * @description When.
             */
            ended_at?: string | null;
            /** @description Who carried it out, rejected it or withdrew it. */
            ended_by?: string | null;
            /**
             * Format: date-time
             * @description Good up to and including this second.
             */
            expires_at: string;
            /** @description Its id. */
            id: string;
            /** @description What it starts from has changed since: it can only be proposed anew. */
            outdated: boolean;
            /** @description The hash of the act and of what it starts from. Approving names it. */
            parameters: string;
            /** @description Why. */
            reason: string;
            /**
             * Format: date-time
             * @description When.
             */
            requested_at: string;
            /** @description Who proposed it, and carries it out: a person, or `source:` and the id of a source. */
            requester?: string | null;
            /** @description `requested`, `approved`, `used`, `rejected`, `withdrawn` or `expired`. */
            state: string;
            /** @description The parts of it that may let somebody do more than before. */
            widens: string[];
            /**
             * @description Part of it is above you: that has a pseudonym, what was said about it is left out, and you cannot
             *     approve it.
             */
            withheld: boolean;
        };
        /** @description A key whose public half others know. */
        PublishedKey: {
            /**
             * Format: date-time
             * @description When it leaves, if it was replaced.
             */
            gone_at?: string | null;
            /** @description Its name: for OpenID the `kid`. */
            id: string;
            /**
             * Format: date-time
             * @description Since when it is published.
             */
            published_at: string;
            /** @description What it is for: an algorithm of OpenID; `signing` or `encryption` in SAML. */
            purpose: string;
            /**
             * Format: date-time
             * @description From when it signs.
             */
            use_from: string;
            /** @description As what we use it. */
            used_by: components["schemas"]["UsedBy"];
        };
        /** @description All of them. */
        PublishedKeys: {
            /** @description Oldest first within their use. */
            items: components["schemas"]["PublishedKey"][];
        };
        /** @description Metadata, and what is decided beside it. */
        Registration: {
            /** @description People are asked before it learns about them. */
            ask?: boolean;
            /** @description The entity that is meant, where the metadata holds several. */
            entity_id?: string | null;
            /** @description Its id here; absent, the one that it has, else the host of its address. */
            id?: string | null;
            /** @description People may be sent to it without its having asked. */
            idp_initiated?: boolean;
            /** @description It gets assertions in clear although it has an encryption key. */
            in_clear?: boolean;
            /** @description The least level of a sign-in for it: `aal1`, `aal2`, `aal2_phishing_resistant` or `aal3`. */
            level?: string | null;
            /** @description What the service provider says of itself, XML. */
            metadata: string;
            /** @description What people read. */
            name?: string | null;
            product?: components["schemas"]["Product"] | null;
            /** @description Only signed requests of it are taken. */
            requests_signed?: boolean;
            /** @description The connected server that it belongs to. */
            server?: string | null;
            /** @description A certificate, PEM; nothing counts but what its key signed. */
            signed_by?: string | null;
        };
        /** @description What became of one report of many. */
        ReportOutcome: {
            /** @description The device. */
            device: string;
            /** @description Why not. */
            problem?: string | null;
            /** @description Whether it was taken. */
            taken: boolean;
        };
        /** @description What became of each, in the order in which they came. */
        ReportOutcomes: {
            /** @description One for each report. */
            outcomes: components["schemas"]["ReportOutcome"][];
        };
        /** @description Many reports. */
        Reports: {
            /** @description At most 1000. */
            reports: components["schemas"]["FoundOf"][];
        };
        /** @description What was acted on. */
        Resource: {
            /** @description The channel that an unregistered item is in. */
            channel?: string | null;
            /** @description Its name; a pseudonym, where it is above you. */
            id: string;
            /** @description `channel`, `message`, … */
            type: string;
            /** @description Whether that is a pseudonym: there is no page of it. */
            withheld: boolean;
        };
        /** @description The review. */
        Review: {
            /** @description What was found. */
            review: string;
        };
        /** @description A revocation list. */
        RevocationList: {
            /** @description What it is about: `cards`, `devices` or `machines`. */
            about: string;
            /** @description How old it is: `fresh`; `old`, past four fifths of its time; `overdue`, past all of it. */
            age: components["schemas"]["Age"];
            /** @description Whether it says only what changed since another one. */
            delta: boolean;
            /**
             * Format: date-time
             * @description When its successor is due.
             */
            due_at: string;
            /** @description How many certificates it names. */
            entries: number;
            /** @description Who issued it. */
            issuer: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            made_at: string;
            /** @description Its number. */
            number: string;
        };
        /** @description All lists, and what none is about. */
        RevocationLists: {
            /** @description The lists, by what they are about. */
            items: components["schemas"]["RevocationList"][];
            /**
             * @description Authorities, by what they issue certificates for, that no list at hand is from: whoever has a certificate
             *     of theirs is refused.
             */
            missing: components["schemas"]["MissingList"][];
        };
        /** @description A sample. */
        Sample: {
            /** @description What the source would say: a member for each attribute, with its value or values. */
            attributes: {
                [key: string]: unknown;
            };
            /** @description A mapping to be tried in place of the source's own. */
            mapping?: {
                [key: string]: unknown;
            } | null;
            /** @description Somebody on file of whom it is said; absent, somebody new. */
            person?: string | null;
        };
        /** @description A label scheme. */
        Scheme: {
            /** @description The scheme. */
            id: string;
            /** @description Its levels, lowest first. */
            levels: components["schemas"]["SchemeLevel"][];
        };
        /** @description A level of a scheme. */
        SchemeLevel: {
            /** @description Background colour. */
            bg: string;
            /** @description Text colour. */
            fg: string;
            /** @description The level. */
            id: string;
            /** @description Marking words. */
            marking: string;
            /**
             * Format: int64
             * @description Its place in the order; there are holes.
             */
            rank: number;
            /** @description Portion mark. */
            short: string;
        };
        /** @description All label schemes. */
        Schemes: {
            /** @description In the order of their ids. */
            schemes: components["schemas"]["Scheme"][];
        };
        /** @description They are over here. */
        ScopeEnded: {
            /** @description Applications that cannot be called: see to it there. */
            not_reached: components["schemas"]["NotReached"][];
            /** @description How many sessions ended. */
            sessions_ended: number;
        };
        /** @description An authenticator that a session rests on. */
        SessionAuthenticator: {
            /**
             * Format: date-time
             * @description When she proved herself by it.
             */
            at: string;
            /** @description `card`, `link` (a sign-in at a source), `passkey`, `password` or `totp`. */
            kind: string;
            /** @description What it was called then; a source by its id. Null where there is one of the kind. */
            name?: string | null;
            /** @description A later sign-in has taken its place; what applications hold since then rests on it all the same. */
            superseded: boolean;
        };
        /** @description It is over here. */
        SessionEnded: {
            /** @description Applications that cannot be called: see to it there. */
            not_reached: components["schemas"]["NotReached"][];
        };
        /** @description A setting at a product. */
        Setting: {
            /** @description Its name there. */
            name: string;
            /** @description What to enter. */
            value: string;
        };
        /** @description A source as it is shown. */
        Shown: {
            /** @description How it stands, as far as that shows without calling it. */
            health: components["schemas"]["Line"][];
            /**
             * @description `administrators`, or `configuration`: then the record is changed there, and here only disabled and
             *     enabled.
             */
            kept_by: string;
            /** @description Its record. In place of its secret stands `{"set": …}`, by which one secret is told from the next. */
            source: {
                [key: string]: unknown;
            };
            /** @description Part of its cap or mapping is above you and has pseudonyms: you cannot give it anew. */
            withheld: boolean;
        };
        /** @description A signed checkpoint. */
        SignedCheckpoint: {
            /**
             * Format: date-time
             * @description When it was signed.
             */
            at: string;
            /** @description The signed note, with witnesses' signatures. */
            note: string;
            /** @description The root, in hexadecimal. */
            root: string;
            /**
             * Format: int64
             * @description The number of leaves.
             */
            size: number;
        };
        /** @description A scenario, as scenario files hold them. */
        SimulateRequest: {
            /** @description The action. */
            action: string;
            /**
             * Format: date-time
             * @description The moment.
             */
            at?: string | null;
            /** @description What the chat server would send. */
            context?: {
                [key: string]: unknown;
            } | null;
            /** @description What would be known of session, device and place. */
            facts?: {
                [key: string]: unknown;
            } | null;
            /** @description A merge patch on the world. */
            given?: {
                [key: string]: unknown;
            } | null;
            /** @description What it is done to: `{type, id, channel?}`. */
            resource: components["schemas"]["SimulatedResource"];
            /** @description The person's id. */
            subject: string;
        };
        /** @description What a simulation is about. */
        SimulatedResource: {
            /** @description The channel that an unregistered item is in. */
            channel?: string | null;
            /** @description Its id. */
            id: string;
            /** @description `channel`, `message`, … */
            type: string;
        };
        /** @description What would be decided. */
        Simulation: {
            /** @description Whether it would be allowed. */
            decision: boolean;
            /** @description The policies that determine it. */
            determining: string[];
            /**
             * Format: date-time
             * @description Until when the answer would hold.
             */
            expires_at: string;
            /** @description Every guard that fails, in order. */
            failing: components["schemas"]["Failing"][];
            /**
             * Format: int32
             * @description The guard's place in the order.
             */
            guard?: number | null;
            /** @description What it rests on. */
            inputs: unknown;
            /** @description The duties of a permit. */
            obligations: components["schemas"]["Obligation"][];
            /** @description `allow`, `deny`, `step_up`. */
            outcome: string;
            /** @description The policies in force. */
            policy_revision: string;
            /** @description The primary reason code. */
            reason?: string | null;
            /** @description The reason in words. */
            reason_text?: string | null;
            /** @description The world that was asked. */
            revision: string;
            step_up?: components["schemas"]["WireStepUp"] | null;
        };
        /** @description The sources. */
        SourceList: {
            /** @description By their identifiers. */
            items: components["schemas"]["Shown"][];
        };
        /** @description Metadata of a source. */
        SourceMetadata: {
            counts?: components["schemas"]["MetadataShown"] | null;
            /**
             * Format: date-time
             * @description When it was last fetched; absent, it stands in the record.
             */
            fetched_at?: string | null;
            /** @description Our own metadata for this provider. */
            ours: string;
            waits?: components["schemas"]["MetadataShown"] | null;
            /** @description Why it waits: `key_dropped`, `host_changed`. */
            waits_because?: string | null;
        };
        /**
         * @description How one thing stands.
         * @enum {string}
         */
        State: "ok" | "warn" | "fail";
        /** @description A pass that is asked for. */
        SyncAsked: {
            /**
             * @description What would happen is to be said, and nothing changed.
             * @default false
             */
            dry_run: boolean;
            /**
             * @description What is to be read.
             * @default incremental
             */
            mode: components["schemas"]["SyncMode"];
        };
        /**
         * @description What is to be read.
         * @enum {string}
         */
        SyncMode: "full" | "incremental";
        /** @description How the synchronisation with a directory stands. */
        SyncShown: {
            /** @description What is asked for and not begun. */
            asked?: unknown;
            /**
             * Format: date-time
             * @description When the last pass began.
             */
            began_at?: string | null;
            /**
             * Format: date-time
             * @description When everything was last read and written.
             */
            full_at?: string | null;
            /** @description Whether some process is at it. */
            is_running: boolean;
            /**
             * @description What came of the last pass: `mode`, `dry_run`, `began_at`, `ended_at`, `counts`, `skipped`, `dropped`, `bad`
             *     (`dn`, `reason`), and `braked` (`vanish`, `of`, `seal`) or `fault` where it stopped.
             */
            last?: unknown;
            /**
             * Format: int64
             * @description Entries read so far, while this process is at it.
             */
            reading?: number | null;
            /** @description The source. */
            source: string;
        };
        /**
         * @description How far a profile was tried.
         * @enum {string}
         */
        Tested: "product" | "published_contract" | "untested";
        /** @description What the person may be told. */
        ToldPerson: {
            /** @description What she would have to change, as far as she may know it. */
            changes: string[];
            /** @description The reason code that she hears; absent on a permit. */
            reason?: string | null;
            /** @description It in words. */
            text?: string | null;
        };
        /**
         * @description As what we use a key.
         * @enum {string}
         */
        UsedBy: "openid_provider" | "saml_identity_provider" | "saml_service_provider";
        /** @description It waits for a second person. */
        Waiting: {
            /** @description The proposal, at `/api/v1/proposals/{id}`. */
            proposal: string;
        };
        /** @description What an act would do, as things stand. */
        Weighing: {
            /** @description What it would change; nothing, when all of it is so already. */
            changes: components["schemas"]["Changed"][];
            /**
             * Format: int32
             * @description 1, it would hold at once; 2, it would wait for a second person.
             */
            people: number;
            /** @description Part of it is above you and has a pseudonym. */
            withheld: boolean;
        };
        /** @description RFC 9470: stronger sign-in that would do. */
        WireStepUp: {
            /** @description What to ask of the provider. */
            acr_values: string;
            /**
             * Format: int64
             * @description How fresh the sign-in must be, seconds.
             */
            max_age?: number | null;
            /** @description Where the person goes. */
            url: string;
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
    put_agency: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `country` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_agreement: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `from`, `to`, `valid_from`, `valid_until`, `covers`, `carries`, `levels` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_agreement: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    break_glass: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BreakGlassList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    request_break_glass: {
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
                "application/json": components["schemas"]["Ask"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asked"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_break_glass: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reject_break_glass: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    review_break_glass: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["Review"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    catalog: {
        parameters: {
            query: {
                /** @description The person, by the server's name. */
                user: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changes: {
        parameters: {
            query?: {
                /** @description The cursor of the last answer; absent, from now on. */
                after?: string | null;
                /** @description Seconds to wait when nothing changed, at most 25. */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeState"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels: {
        parameters: {
            query?: {
                /** @description Text that the id or name contains. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelPage"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelReport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelReported"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelReported"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_channel: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description What changes: `name`, `agency`, `missions`, `recipients`, `owners`, `externals_allowed`, `industry_allowed`, `listed`, `state`, `label_mode` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    evictions: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evictions"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    federate_channel: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Federation"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reclassify_channel: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The label, as world files write it */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    client: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientShown"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_client: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The record, as `countersign client put` takes it and as it is shown */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_client: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_client_secret: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connect_profile: {
        parameters: {
            query?: {
                /** @description The product's own address, e.g. `https://chat.example.org`. */
                site?: string;
                /** @description Where people come back to, of a product that alone knows it. */
                redirect?: string;
            };
            header?: never;
            path: {
                /** @description `mattermost`, `rocket-chat`, `generic-saml`, … */
                product: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decisions: {
        parameters: {
            query?: {
                /** @description Only about this person. */
                subject?: string | null;
                /** @description Only with this reason code. */
                reason?: string | null;
                /** @description Only `allow`, `deny` or `step_up`. */
                outcome?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decision_stream: {
        parameters: {
            query?: {
                /** @description Only about this person. */
                subject?: string | null;
                /** @description Only with this reason code. */
                reason?: string | null;
                /** @description Only `allow`, `deny` or `step_up`. */
                outcome?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    devices: {
        parameters: {
            query?: {
                /** @description Text that the id or name contains. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_device: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `managed`, `accreditation` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lose_device: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lost"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_posture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Found"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explained"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    filter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilterRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Filtered"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    file_import: {
        parameters: {
            query?: {
                /** @description Why, for the second person and the record. At most 1000 bytes. */
                reason?: string;
                /** @description Remove what the file does not have. */
                replace?: boolean;
                /** @description Say what it would do, and file nothing. */
                dry_run?: boolean;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A world file */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compared"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compared"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    carry_out_import: {
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
        /** @description The world file that was approved */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_mission: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `state` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_node: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `accreditation`, `agreement`, `communities` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    people: {
        parameters: {
            query?: {
                /** @description Text that the id or name contains. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonPage"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_person: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description `id`, `kind`, and `nationalities`, `agency`, `roles`, `missions`, `briefings`, `sponsor`, `contract`, `display_name`, `email` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_person: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description What changes: `kind`, `nationalities`, `agency`, `roles`, `missions`, `briefings`, `sponsor`, `contract`, `display_name`, `email`. Lists are given whole; `null` takes away */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    authenticators: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticatorList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_authenticator: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                authenticator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ended"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grant_clearance: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `scheme`, `level`, `kind` (`personnel`, `attested`, `service`), `valid_from`, `valid_until`, and `compartments`, `attestation` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_clearance: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                cid: string;
            };
            cookie?: never;
        };
        /** @description `valid_until`, inclusive */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_clearance: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                cid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_clearance: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                cid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspend_clearance: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                cid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_person: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    links: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_person: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `source`, `issuer`, `subject` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlink_person: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recover_person: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description None, or `lost`: which of her authenticators, by their ids; a password goes with its security code */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LostAuthenticators"] | null;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ended"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ended"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_postures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reports"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOutcomes"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proposals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proposal: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposed"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_proposal: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approve"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    execute_proposal: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarriedOut"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reject_proposal: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_proposal: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_checkpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_checkpoints: {
        parameters: {
            query?: {
                /** @description Only over more leaves than this. */
                after?: number | null;
                /** @description Rows, 1 to 200. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointPage"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_cosign: {
        parameters: {
            query?: never;
            header?: {
                "X-CSRF-Token"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_leaf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leaf"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_consistency: {
        parameters: {
            query?: {
                /** @description The earlier tree's number of leaves. */
                from?: number | null;
                /** @description The later tree's. */
                to?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsistencyProof"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_inclusion: {
        parameters: {
            query?: {
                /** @description The leaf's number. */
                leaf?: number | null;
                /** @description The tree's number of leaves, e.g. a checkpoint's. */
                size?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InclusionProof"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revocation_lists: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationLists"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saml_services: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register_saml_service: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saml_service: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientShown"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_saml_service: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The record as it is shown: `name`, `level`, `max_age`, `admits`, `scopes`, `consent`, `server`, `saml` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_saml_service: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schemes"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_server: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The whole record, as `server` in a file for `countersign server add` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_server: {
        parameters: {
            query?: never;
            header?: {
                "X-CSRF-Token"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_sessions_of: {
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
                "application/json": components["schemas"]["EndScope"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScopeEnded"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionEnded"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_settings: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description `blocked_locations`, `administration`, `accreditation`, `default_scheme` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_signing_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishedKeys"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_signing_key: {
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
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    source: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shown"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_source: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `name`, `protocol` (`oidc`, `saml` or `ldap`), `offer`, `trust`, `linking`, `mapping`, `cap`, `state` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_source: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disable_source: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enable_source: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    source_links: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkedPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    try_mapping: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["Sample"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    source_metadata: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceMetadata"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_source_metadata: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_sync: {
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncShown"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ask_for_sync: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["SyncAsked"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_sync: {
        parameters: {
            query?: {
                /** @description At most 1000 bytes. */
                reason?: string;
            };
            header: {
                "X-CSRF-Token": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description `seal`: that of `braked` in the last report */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Applied"];
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_source: {
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["Of"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description The cursor to go on from; the header `Last-Event-ID` comes before it. Absent, from now on. */
                after?: string | null;
            };
            header?: {
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    weigh: {
        parameters: {
            query?: never;
            header: {
                "X-CSRF-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The act, as a proposal shows it: `act` is its name, `id` what it is done to, and what goes with it */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Weighing"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
