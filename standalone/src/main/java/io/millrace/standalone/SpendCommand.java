package io.millrace.standalone;

import io.millrace.standalone.client.ServerOptions;
import io.millrace.standalone.client.Table;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "spend", description = "Show what was spent, by model and provider.")
final class SpendCommand implements Callable<Integer> {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** How long the periods are. */
  enum Period {
    HOUR,
    DAY,
    MONTH
  }

  @Option(
      names = "--period",
      paramLabel = "hour|day|month",
      description = "Default: ${DEFAULT-VALUE}.",
      defaultValue = "MONTH")
  private Period period = Period.MONTH;

  @Option(
      names = "--admin",
      description = "All accounts, with the admin's key (--key or $MILLRACE_ADMIN_KEY).")
  private boolean isAdmin;

  @Option(names = "--json", description = "As the server says it.")
  private boolean isJson;

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    try (var client = isAdmin ? server.adminClient() : server.client()) {
      var answer =
          client.get(
              (isAdmin ? "/admin/v1/spend" : "/v1/spend")
                  + "?period="
                  + period.name().toLowerCase(Locale.ROOT));
      if (isJson) {
        System.out.println(client.pretty(answer));
        return 0;
      }
      var table =
          new Table(
              "period (UTC)",
              "account",
              "model",
              "provider",
              ">calls",
              ">tokens in",
              ">tokens out",
              ">USD",
              ">in doubt USD",
              "");
      for (var row : answer.path("data")) {
        table.row(
            TIME.format(Instant.ofEpochSecond(row.path("period_start").asLong())),
            row.path("account").asText(),
            row.path("model").asText(),
            row.path("provider").asText(),
            row.path("calls").asText(),
            row.path("input_tokens").asText(),
            row.path("output_tokens").asText(),
            row.path("cost_usd").asText(),
            row.path("in_doubt_usd").asText(),
            row.path("provisional").asBoolean() ? "provisional" : "final");
      }
      System.out.print(table.text("nothing spent yet"));
      return 0;
    }
  }
}
