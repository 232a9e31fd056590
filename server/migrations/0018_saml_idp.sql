-- SPDX-License-Identifier: Apache-2.0
-- Service providers by name, requests on their way to a sign-in, what people are called where, logouts that
-- go from one service provider to the next.

CREATE TABLE saml_services (
    entity_id TEXT NOT NULL PRIMARY KEY,
    client TEXT NOT NULL
);
CREATE INDEX saml_services_of_client ON saml_services (client);

CREATE TABLE saml_frozen (
    id TEXT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE saml_service_names (
    sid TEXT NOT NULL PRIMARY KEY,
    client TEXT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX saml_service_names_at_client ON saml_service_names (client, name);

CREATE TABLE saml_logouts (
    id TEXT NOT NULL PRIMARY KEY,
    asked TEXT,
    chain TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX saml_logouts_asked ON saml_logouts (asked);
