package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.CostJson;
import io.millrace.ingress.Json;
import io.millrace.schemas.SpendPeriod;
import io.millrace.schemas.config.RouteConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Models, spend and budgets: what there is and what it costs. */
final class CatalogueCalls {

  private final Backend backend;

  CatalogueCalls(Backend backend) {
    this.backend = backend;
  }

  void models(Call call) {
    call.json(
        200,
        Json.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("object", "list");
              json.writeArrayFieldStart("data");
              for (var route : backend.config().routes()) {
                write(json, route);
              }
              json.writeEndArray();
              json.writeEndObject();
            }));
  }

  void model(Call call, String name) {
    var route = Optional.ofNullable(backend.routes().get(name));
    if (route.isEmpty()) {
      call.fail(ApiError.modelNotFound(name));
    } else {
      call.json(200, Json.bytes(json -> write(json, route.get())));
    }
  }

  /** A route has no date of its own; the field is there because clients' types require it. */
  private static void write(com.fasterxml.jackson.core.JsonGenerator json, RouteConfig route)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("id", route.model());
    json.writeStringField("object", "model");
    json.writeNumberField("created", 0);
    json.writeStringField("owned_by", route.targets().getFirst().provider());
    json.writeEndObject();
  }

  /** Spend of one account, or of all. */
  void spend(Call call, Optional<Client> client) {
    var period =
        switch (call.parameter("period").orElse("day")) {
          case "hour" -> Optional.of(SpendPeriod.HOUR);
          case "day" -> Optional.of(SpendPeriod.DAY);
          case "month" -> Optional.of(SpendPeriod.MONTH);
          default -> Optional.<SpendPeriod>empty();
        };
    if (period.isEmpty()) {
      call.fail(
          Parameters.bad(
              "period", call.parameter("period").orElse(""), "It must be hour, day or month."));
      return;
    }
    var now = backend.clock().instant();
    var range =
        Parameters.instant(call, "from", now.minus(shownByDefault(period.get())))
            .then(
                from ->
                    Parameters.instant(call, "to", now.plusSeconds(1))
                        .then(to -> Checked.ok(new Range(from, to))));
    switch (range) {
      case Checked.Refused<Range> refused -> call.fail(refused.error());
      case Checked.Ok<Range>(Range asked) ->
          call.json(
              200,
              CostJson.spend(
                  backend
                      .costs()
                      .spend(client.map(Client::account), period.get(), asked.from(), asked.to())));
    }
  }

  private record Range(Instant from, Instant to) {}

  private static Duration shownByDefault(SpendPeriod period) {
    return switch (period) {
      case HOUR -> Duration.ofDays(2);
      case DAY -> Duration.ofDays(31);
      case MONTH -> Duration.ofDays(366);
    };
  }

  void budgets(Call call, Client client) {
    call.json(200, CostJson.budgets(backend.costs().budgets(client.account())));
  }
}
