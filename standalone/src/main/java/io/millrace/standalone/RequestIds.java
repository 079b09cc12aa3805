package io.millrace.standalone;

import io.millrace.standalone.client.CommandException;

/** What a user may give as the id of a request. */
final class RequestIds {

  private RequestIds() {}

  /** The id, safe to be part of a path. */
  static String checked(String id) {
    if (!id.matches("[A-Za-z0-9_-]{1,100}")) {
      throw new CommandException(CommandException.USAGE, "not the id of a request: " + id);
    }
    return id;
  }
}
