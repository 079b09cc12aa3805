package io.millrace.workers;

import org.jspecify.annotations.Nullable;

/**
 * A failure as a client of OpenAI's face sees it.
 *
 * @param status HTTP status
 * @param code OpenAI's code; null where it has none
 * @param param which part of the request; null when none is to blame
 */
public record ClientError(
    int status, String type, @Nullable String code, @Nullable String param, String message) {

  private static final int MESSAGE_CHARS_MAX = 2000;

  public ClientError {
    message =
        message.length() > MESSAGE_CHARS_MAX ? message.substring(0, MESSAGE_CHARS_MAX) : message;
  }

  public static ClientError serverError(int status, String code, String message) {
    return new ClientError(status, "server_error", code, null, message);
  }
}
