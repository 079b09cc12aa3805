package io.millrace.simulator.http;

import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** An error as one wire form writes it. */
public record WireError(int status, Map<String, String> headers, Buffer body) {}
