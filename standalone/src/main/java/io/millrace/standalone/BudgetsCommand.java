package io.millrace.standalone;

import io.millrace.standalone.client.ServerOptions;
import io.millrace.standalone.client.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "budgets", description = "Show budgets and how much of each is used.")
final class BudgetsCommand implements Callable<Integer> {

  @Option(names = "--json", description = "As the server says it.")
  private boolean isJson;

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    try (var client = server.client()) {
      var answer = client.get("/v1/budgets");
      if (isJson) {
        System.out.println(client.pretty(answer));
        return 0;
      }
      var table =
          new Table(
              "account",
              "budget",
              "period",
              ">limit USD",
              ">settled USD",
              ">held USD",
              ">in doubt USD",
              "");
      for (var row : answer.path("data")) {
        table.row(
            row.path("account").asText(),
            row.path("name").asText(),
            row.path("period").asText(),
            row.path("limit_usd").asText(),
            row.path("settled_usd").asText(),
            row.path("held_usd").asText(),
            row.path("in_doubt_usd").asText(),
            row.path("hard").asBoolean() ? "hard" : "soft");
      }
      System.out.print(table.text("no budgets"));
      return 0;
    }
  }
}
