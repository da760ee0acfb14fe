"""The street: twelve phones on a virtual air, both servers, one page that shows them."""
