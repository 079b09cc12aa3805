package io.millrace.dispatcher;

import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.BudgetConfig;
import io.millrace.schemas.config.CallbacksConfig;
import io.millrace.schemas.config.DispatcherConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the operator decided: routes, prices, accounts, limits. Immutable; replaced as a whole. */
public record Policies(
    Map<String, RouteConfig> routes,
    Map<String, AccountConfig> accounts,
    TargetPrices prices,
    DispatcherConfig limits,
    CallbacksConfig callbacks,
    Map<String, Integer> slots) {

  /** Output tokens assumed where neither client nor catalogue sets a limit. */
  private static final int OUTPUT_MAX_UNKNOWN = 32_768;

  public Policies {
    routes = Map.copyOf(routes);
    accounts = Map.copyOf(accounts);
    slots = Map.copyOf(slots);
  }

  /** Those of a configuration, with the catalogue that ships beneath its prices. */
  public static Policies of(MillraceConfig config) {
    return new Policies(
        config.routesByModel(),
        config.accounts().stream()
            .collect(Collectors.toMap(AccountConfig::id, Function.identity())),
        TargetPrices.of(config),
        config.dispatcher(),
        config.callbacks(),
        config.providers().stream()
            .collect(
                Collectors.toMap(
                    ProviderConfig::name,
                    p -> p.limits().slotsOf(config.topics().slotsPerProvider()))));
  }

  /** Slots of the provider's capacity that can hold any work. */
  int slotsOf(String provider) {
    return slots.getOrDefault(provider, 1);
  }

  Optional<RouteConfig> route(String model) {
    return Optional.ofNullable(routes.get(model));
  }

  /** The least of the account's hard limits for a month; empty where it has none. */
  Optional<BigDecimal> hardLimitUsd(String account) {
    return Optional.ofNullable(accounts.get(account)).stream()
        .flatMap(a -> a.budgets().stream())
        .filter(BudgetConfig::hard)
        .map(BudgetConfig::limitUsd)
        .min(BigDecimal::compareTo);
  }

  /** True when the account's money is counted here. */
  boolean hasBudget(String account) {
    var config = accounts.get(account);
    return config != null && !config.budgets().isEmpty();
  }

  int inFlightMax(String account) {
    var config = accounts.get(account);
    return config == null ? Integer.MAX_VALUE : config.limits().inFlightMax();
  }

  int weight(String account) {
    var config = accounts.get(account);
    return config == null ? 1 : config.weight();
  }

  /** The targets of the request's route, as far as they can serve it. */
  Candidates candidates(RouteConfig route, RequestSubmitted request, Instant at) {
    return Candidates.of(route, request, prices, at);
  }

  Optional<PriceConfig> price(String provider, String upstreamModel, Instant at) {
    return prices.find(provider, upstreamModel, at);
  }

  /**
   * The most that one attempt can cost at any target of the route, so that a later target needs no
   * larger hold.
   */
  BigDecimal worstCaseUsd(
      RouteConfig route,
      long inputTokensMax,
      Optional<Integer> outputTokensMax,
      int choices,
      Instant at) {
    var worst = Money.ZERO;
    for (TargetConfig target : route.targets()) {
      var price = price(target.provider(), target.model(), at);
      if (price.isPresent()) {
        long own = price.get().outputMax() > 0 ? price.get().outputMax() : OUTPUT_MAX_UNKNOWN;
        long output = outputTokensMax.map(Integer::longValue).orElse(own * choices);
        worst = worst.max(Cost.worstCase(price.get(), inputTokensMax, output));
      }
    }
    return worst;
  }
}
