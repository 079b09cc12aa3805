package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestQuery;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.AvroSerde;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;

/**
 * One page of an account's requests, newest first. Fresh ids stand in the order of time already;
 * derived ones are found through the index; the page is the merge of both. Looks at a bounded
 * number of rows: a rare filter gives short pages that say there is more.
 */
final class RequestList {

  private static final int ROWS_MAX = 10_000;
  private static final Duration CLOCK_SKEW_MAX = Duration.ofDays(1);
  private static final Comparator<StoredRequest> NEWEST_FIRST =
      Comparator.comparingLong(StoredRequest::listedAt)
          .thenComparing(StoredRequest::requestId)
          .reversed();

  private final RequestView.Stores stores;
  private final AvroSerde<SpecificRecord> serde;
  private final byte[] account;
  private final RequestQuery query;
  private int rowsLeft = ROWS_MAX;

  RequestList(
      RequestView.Stores stores,
      AvroSerde<SpecificRecord> serde,
      String account,
      RequestQuery query) {
    this.stores = stores;
    this.serde = serde;
    this.account = account.getBytes(UTF_8);
    this.query = query;
  }

  /** A head of one of the two orders, and how to get the next. */
  private record Head(StoredRequest request, Supplier<Optional<StoredRequest>> next) {}

  RequestView.Page read(long now) {
    var after = Optional.ofNullable(query.after()).flatMap(this::row);
    if (query.after() != null && after.isEmpty()) {
      return new RequestView.Page(new ArrayList<>(), false);
    }
    long newest = after.map(StoredRequest::listedAt).orElse(now + CLOCK_SKEW_MAX.toMillis());
    try (var fresh =
            stores
                .requests()
                .reverseRange(
                    ViewKeys.request(account, RequestIds.lowerBound(0)),
                    ViewKeys.request(account, RequestIds.lowerBound(newest + 1)));
        var derived =
            stores
                .index()
                .reverseRange(
                    ViewKeys.created(account, 0, ""), ViewKeys.created(account, newest + 1, ""))) {
      var heads = new PriorityQueue<Head>(Comparator.comparing(Head::request, NEWEST_FIRST));
      add(heads, () -> nextFresh(fresh));
      add(heads, () -> nextDerived(derived));
      return page(heads, after);
    }
  }

  private RequestView.Page page(PriorityQueue<Head> heads, Optional<StoredRequest> after) {
    var page = new ArrayList<RequestState>();
    while (!heads.isEmpty()) {
      var head = heads.remove();
      if (after.isEmpty() || NEWEST_FIRST.compare(after.get(), head.request()) < 0) {
        var state = withOutcome(head.request());
        if (!head.request().isDeleted() && query.matches(state)) {
          if (page.size() == query.limit()) {
            return new RequestView.Page(page, true);
          }
          page.add(state);
        }
      }
      add(heads, head.next());
    }
    return new RequestView.Page(page, rowsLeft <= 0);
  }

  private static void add(PriorityQueue<Head> heads, Supplier<Optional<StoredRequest>> next) {
    next.get().ifPresent(request -> heads.add(new Head(request, next)));
  }

  private Optional<StoredRequest> nextFresh(KeyValueIterator<Bytes, byte[]> rows) {
    while (rows.hasNext() && rowsLeft-- > 0) {
      var row = rows.next();
      var request = SubmittedRows.fromBytes(ViewKeys.requestIdOf(row.key), row.value);
      // A derived id stands here by chance; the index has it in its place.
      if (!request.isDerived()) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }

  private Optional<StoredRequest> nextDerived(KeyValueIterator<Bytes, byte[]> keys) {
    while (keys.hasNext() && rowsLeft-- > 0) {
      var request = row(ViewKeys.requestIdOfCreated(keys.next().key));
      if (request.isPresent()) {
        return request;
      }
    }
    return Optional.empty();
  }

  private Optional<StoredRequest> row(String requestId) {
    return Optional.ofNullable(stores.requests().get(ViewKeys.request(account, requestId)))
        .map(bytes -> SubmittedRows.fromBytes(requestId, bytes));
  }

  private RequestState withOutcome(StoredRequest request) {
    var row = stores.outcomes().get(ViewKeys.request(account, request.requestId()));
    return new RequestState(request, OutcomeRows.read(row, serde));
  }
}
