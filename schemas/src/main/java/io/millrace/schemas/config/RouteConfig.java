package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps the model name that clients use to targets.
 *
 * @param model the name that clients use
 * @param strategy how targets are chosen; this version knows order: the first that can serve;
 *     default order
 * @param targets where to, at least one
 * @param retry when to try again
 */
public record RouteConfig(
    String model, String strategy, List<TargetConfig> targets, RetryConfig retry) {

  public RouteConfig {
    check(!model.isBlank(), "routes[].model must not be empty");
    check(
        strategy.equals("order"),
        "routes[" + model + "].strategy must be order in this version: " + strategy);
    check(!targets.isEmpty(), "routes[" + model + "].targets must not be empty");
    targets = List.copyOf(targets);
  }

  @JsonCreator
  static RouteConfig of(
      @Nullable String model,
      @Nullable String strategy,
      @Nullable List<TargetConfig> targets,
      @Nullable RetryConfig retry) {
    return new RouteConfig(
        required(model, "model"),
        orDefault(strategy, "order"),
        required(targets, "targets"),
        orDefault(retry, RetryConfig.defaults()));
  }
}
