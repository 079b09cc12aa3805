package io.millrace.standalone.client;

import io.millrace.standalone.process.Endpoints;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the server is: as the command says, else as {@code MILLRACE_URL} says, else as the data
 * folder says at that moment. Asked anew for every call, because a server that was started again
 * may have another port.
 */
public final class ServerAddress {

  static final String VARIABLE = "MILLRACE_URL";

  private final Optional<URI> fixed;
  private final Path dataDirectory;

  private ServerAddress(Optional<URI> fixed, Path dataDirectory) {
    this.fixed = fixed;
    this.dataDirectory = dataDirectory;
  }

  /**
   * @param option what the command says, empty if nothing
   */
  public static ServerAddress of(
      String option, Map<String, String> environment, Path dataDirectory) {
    var text = option.isEmpty() ? environment.getOrDefault(VARIABLE, "") : option;
    return new ServerAddress(
        text.isEmpty() ? Optional.empty() : Optional.of(parse(text)), dataDirectory);
  }

  /** The URL without a path; empty when nothing runs in the data folder. */
  public Optional<URI> current() {
    return fixed.or(
        () ->
            Endpoints.read(dataDirectory)
                .map(Endpoints::http)
                .filter(http -> !http.isEmpty())
                .map(URI::create));
  }

  /** What to tell a user who has no server. */
  public String absence() {
    return "no server: nothing runs in "
        + dataDirectory
        + "; start it with ./millrace up, or name another with --url or "
        + VARIABLE;
  }

  private static URI parse(String text) {
    try {
      // Clients of OpenAI's face are given a URL that ends in /v1; take that one too.
      var uri = URI.create(text.replaceFirst("/+$", "").replaceFirst("/v1$", ""));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new CommandException(CommandException.USAGE, "not an http or https URL: " + text);
  }
}
