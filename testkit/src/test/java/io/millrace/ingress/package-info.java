@NullMarked
package io.millrace.ingress;

import org.jspecify.annotations.NullMarked;
