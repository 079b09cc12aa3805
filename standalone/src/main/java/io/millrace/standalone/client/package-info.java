/**
 * The client side of the HTTP face, for commands: where the server is, who asks, and what its
 * refusals mean. Calls block the thread that makes them.
 */
@NullMarked
package io.millrace.standalone.client;

import org.jspecify.annotations.NullMarked;
