package io.millrace.ingress.http;

import io.millrace.ingress.Client;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/**
 * A URL that is served.
 *
 * @param template path with its variable parts in braces, such as {@code /v1/requests/{id}}
 */
record Route(HttpMethod method, String template, Access access, Handler handler) {

  /** Who may call. */
  enum Access {
    /** Who has a key of an account. */
    CLIENT,
    /** Who has the admin's key. */
    ADMIN,
    /** Everybody. */
    PUBLIC
  }

  /** Answers a call. */
  @FunctionalInterface
  interface Handler {

    /**
     * @param client whose call it is; nobody where no account's key is asked for
     * @param parts what stands in the place of the variable parts, decoded once
     */
    void answer(Call call, Client client, List<String> parts);
  }
}
