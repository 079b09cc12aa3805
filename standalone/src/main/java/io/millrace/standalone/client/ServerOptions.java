package io.millrace.standalone.client;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of every command that calls a server. */
public final class ServerOptions {

  private static final String API_KEY = "MILLRACE_API_KEY";
  private static final String ADMIN_KEY = "MILLRACE_ADMIN_KEY";

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Where the server is. Default: $MILLRACE_URL, else what runs in the data folder.")
  private String url = "";

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The key to call with. Default: $MILLRACE_API_KEY.")
  private String key = "";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data folder of a server on this machine. Default: ${DEFAULT-VALUE}.",
      defaultValue = ".millrace")
  private Path data = Path.of(".millrace");

  /** A client with the account's key. */
  public ApiClient client() {
    return client(API_KEY);
  }

  /** A client with the admin's key. */
  public ApiClient adminClient() {
    return client(ADMIN_KEY);
  }

  private ApiClient client(String variable) {
    return client(variable, System.getenv());
  }

  private ApiClient client(String variable, Map<String, String> environment) {
    var secret = key.isEmpty() ? environment.getOrDefault(variable, "") : key;
    if (secret.isBlank()) {
      throw new CommandException(CommandException.USAGE, "no key: give --key or set " + variable);
    }
    return new ApiClient(ServerAddress.of(url, environment, data), secret);
  }
}
