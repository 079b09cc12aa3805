package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.RequestOptions;
import io.millrace.ingress.RequestOptions.Rules;
import java.util.Optional;

/** What the headers of a call say of the request in it. */
record CallHeaders(Prefer prefer, RequestOptions options, Optional<String> idempotencyKey) {

  static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int NAME_LENGTH_MAX = 255;

  static Checked<CallHeaders> read(Call call, Rules rules) {
    return prefer(call).then(prefer -> read(call, rules, prefer));
  }

  private static Checked<CallHeaders> read(Call call, Rules rules, Prefer prefer) {
    var options = RequestOptions.parse(o -> call.request().getHeader(o.header()), rules);
    return options.then(
        given ->
            name(call, IDEMPOTENCY_KEY)
                .then(key -> Checked.ok(new CallHeaders(prefer, given, key))));
  }

  static Checked<Prefer> prefer(Call call) {
    var values = call.request().headers().getAll(Prefer.HEADER);
    return Prefer.parse(values.isEmpty() ? null : String.join(",", values));
  }

  /** A name that the client gave, in a header. */
  static Checked<Optional<String>> name(Call call, String header) {
    var name = call.header(header);
    boolean isFine =
        name.isEmpty()
            || (!name.get().isEmpty()
                && name.get().length() <= NAME_LENGTH_MAX
                && name.get().chars().allMatch(c -> c >= ' ' && c < 0x7f));
    return isFine
        ? Checked.ok(name)
        : Checked.refused(
            new ApiError(
                ApiError.Kind.INVALID_VALUE,
                "Invalid value for header '%s'. It must be 1 to 255 printable ASCII characters."
                    .formatted(header),
                header));
  }

  static Rules rules(Backend backend, Client client) {
    return new Rules(
        backend.clock().instant(),
        backend.config().callbacks().allowPrivateNetworks(),
        topic -> backend.isOwnTopic().test(client.account(), topic));
  }
}
