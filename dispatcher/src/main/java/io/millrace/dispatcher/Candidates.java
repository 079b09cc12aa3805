package io.millrace.dispatcher;

import io.millrace.dispatcher.Fit.Misfit;
import io.millrace.dispatcher.Fit.OutputTooLong;
import io.millrace.dispatcher.Fit.TooLong;
import io.millrace.dispatcher.Fit.Unable;
import io.millrace.dispatcher.TrackedRequest.Failure;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.TargetConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The targets of a route, seen by one request: which of them can serve it. A target into which it
 * may just not fit is used only when there is none into which it does.
 */
final class Candidates {

  private final List<TargetConfig> all;
  private final List<Integer> windows = new ArrayList<>();
  private final List<Integer> usable = new ArrayList<>();
  private final List<Misfit> misfits = new ArrayList<>();

  private Candidates(List<TargetConfig> all) {
    this.all = all;
  }

  static Candidates of(
      RouteConfig route, RequestSubmitted request, TargetPrices prices, Instant at) {
    var candidates = new Candidates(route.targets());
    var tight = new ArrayList<Integer>();
    for (int i = 0; i < route.targets().size(); i++) {
      var target = route.targets().get(i);
      var price = prices.find(target.provider(), target.model(), at);
      candidates.windows.add(price.map(PriceConfig::contextWindow).orElse(0));
      switch (Fit.of(request, price)) {
        case Fit.Fits fits -> candidates.usable.add(i);
        case Fit.Tight maybe -> tight.add(i);
        case Misfit misfit -> candidates.misfits.add(misfit);
      }
    }
    if (candidates.usable.isEmpty()) {
      candidates.usable.addAll(tight);
    }
    return candidates;
  }

  /** How many can serve the request. */
  int count() {
    return usable.size();
  }

  /** The first that can, beginning with this one and going round; empty when none can. */
  Optional<Integer> from(int target) {
    int start = Math.floorMod(target, all.size());
    return usable.stream()
        .filter(i -> i >= start)
        .findFirst()
        .or(() -> usable.stream().findFirst());
  }

  /**
   * The next after this one that is known to take longer input; where nothing is known of this one,
   * any of which something is known.
   */
  Optional<Integer> largerThan(int target) {
    int failed = Math.floorMod(target, all.size());
    return IntStream.range(1, all.size())
        .mapToObj(step -> (failed + step) % all.size())
        .filter(i -> windows.get(i) > windows.get(failed))
        .filter(usable::contains)
        .findFirst();
  }

  /** Why none can: what comes closest, and of that the largest. */
  Failure failure() {
    return misfits.stream()
        .max(Comparator.comparingLong(Candidates::closeness))
        .map(Misfit::failure)
        .orElseThrow();
  }

  private static long closeness(Misfit misfit) {
    return switch (misfit) {
      case Unable unable -> -1;
      case OutputTooLong output -> output.outputMax();
      case TooLong input -> (1L << 32) + input.window();
    };
  }
}
